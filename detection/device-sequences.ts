import type { Pseudonym } from './words/behaviour.ts';

/** Which batches of one device have been judged: the highest sequence, and which of the 64 up to it. */
export interface DeviceSequences {
  device: Pseudonym;
  highest: number;
  /** Bit k of the 64 (`recent[0]` holds 0..31): whether `highest - k` has been judged. Bit 0 is always set. */
  recent: readonly [number, number];
}

/** Devices remembered per subject; the one that was silent longest is forgotten. */
export const rememberedDevices = 8;
/** Batches remembered per device. One older than that cannot be told from a replay and counts as a duplicate. */
export const rememberedSequences = 64;

function shiftedLeft([low, high]: readonly [number, number], by: number): [number, number] {
  if (by >= 64) return [0, 0];
  if (by >= 32) return [0, (low << (by - 32)) >>> 0];
  if (by === 0) return [low, high];
  return [(low << by) >>> 0, ((high << by) | (low >>> (32 - by))) >>> 0];
}

/** The devices after a batch, most recent last; `undefined` when that batch has been judged before, or may have been. */
export function admitSequence(
  devices: readonly DeviceSequences[],
  device: Pseudonym,
  sequence: number,
): readonly DeviceSequences[] | undefined {
  const known = devices.find((other) => other.device === device);
  const others = devices.filter((other) => other.device !== device);
  if (known === undefined) {
    return [...others.slice(-(rememberedDevices - 1)), { device, highest: sequence, recent: [1, 0] }];
  }
  if (sequence > known.highest) {
    const [low, high] = shiftedLeft(known.recent, sequence - known.highest);
    return [...others, { device, highest: sequence, recent: [(low | 1) >>> 0, high] }];
  }
  const age = known.highest - sequence;
  if (age >= rememberedSequences) return undefined;
  const [bitLow, bitHigh] = shiftedLeft([1, 0], age);
  const [low, high] = known.recent;
  if ((low & bitLow) !== 0 || (high & bitHigh) !== 0) return undefined;
  return [...others, { device, highest: known.highest, recent: [(low | bitLow) >>> 0, (high | bitHigh) >>> 0] }];
}
