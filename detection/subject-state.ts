import { type AccountEvidence, newAccountEvidence } from './account-evidence.ts';
import {
  type ActivityState,
  activityStateFromNumbers,
  activityStateLength,
  activityStateToNumbers,
  newActivityState,
} from './activity/activity-state.ts';
import { ByteReader, ByteWriter } from './byte-cursor.ts';
import {
  type ContextState,
  contextStateFromNumbers,
  contextStateLength,
  contextStateToNumbers,
  newContextState,
} from './context/context-state.ts';
import type { DeviceSequences } from './device-sequences.ts';
import { rememberedDevices } from './device-sequences.ts';
import { evidenceFromNumbers, evidenceLength, evidenceToNumbers } from './evidence-numbers.ts';
import type { KeystrokeWindow } from './features/keystroke-window.ts';
import { maxKeystrokeCode } from './features/keystroke-window.ts';
import { mostStoredStrokes, type StrokeWindow, strokeTotalCount } from './features/stroke-window.ts';
import type { Pseudonym } from './words/behaviour.ts';
import type { TemplateKind } from './words/verdict.ts';
import { templateKinds } from './words/verdict.ts';

/** How much has been seen toward enrolment: windows that nothing spoke against, and the sessions they came from. */
export interface EnrolmentCounts {
  keystrokeWindows: number;
  pointerWindows: number;
  sessions: number;
}

/**
 * Everything that `judge` remembers of a subject. Immutable: every change is a new state that shares what stayed the same.
 * A subject's state is a few hundred bytes, some 2 KB with full windows.
 */
export interface SubjectState {
  /** The session that the windows and the evidence belong to; empty before the first batch. */
  session: Pseudonym;
  /** The most recent whole batches, oldest first: no more of them than make one window. */
  keystrokeBatches: readonly KeystrokeWindow[];
  /** Keystrokes since the last scored window. */
  newKeystrokes: number;
  /** Likewise; of small batches, several together. */
  strokeBatches: readonly StrokeWindow[];
  /** Strokes since the last scored window. */
  newStrokes: number;
  evidence: AccountEvidence;
  /** Whether a window of this session has been scored. */
  scoredInSession: boolean;
  /** How much the subject does, learned over sessions. */
  activity: ActivityState;
  /** From where the subject works, learned over sessions. */
  context: ContextState;
  /** Whether a window of this session has been counted toward enrolment. */
  sessionCounted: boolean;
  devices: readonly DeviceSequences[];
  enrolment: EnrolmentCounts;
  /** Version of the template that was activated for the subject; empty for none. */
  activeTemplateVersion: string;
  /** `own` from the first activation on: a template that is then missing is a lost dependency, not a new subject. */
  templateKind: TemplateKind;
  /** The subject objects to being modelled: only machine cadence is judged, and nothing counts toward enrolment. */
  objected: boolean;
  /** The subject's hand is known to have changed: never more than `suspicious`. */
  accommodated: boolean;
}

/** The state of a subject that nothing is known of. */
export function newSubjectState(): SubjectState {
  return {
    session: '',
    keystrokeBatches: [],
    newKeystrokes: 0,
    strokeBatches: [],
    newStrokes: 0,
    evidence: newAccountEvidence(''),
    scoredInSession: false,
    activity: newActivityState(),
    context: newContextState(),
    sessionCounted: false,
    devices: [],
    enrolment: { keystrokeWindows: 0, pointerWindows: 0, sessions: 0 },
    activeTemplateVersion: '',
    templateKind: 'none',
    objected: false,
    accommodated: false,
  };
}

/** The state without its windows: where another session begins. */
export function withoutWindows(state: SubjectState): SubjectState {
  const { evidence, activity, context } = state;
  return { ...withoutSession(state), evidence, activity, context };
}

/** The state without its windows, evidence and what was learned of habits: what a `reset`, or an objection, leaves behind. */
export function withoutSession(state: SubjectState): SubjectState {
  const { devices, enrolment, activeTemplateVersion, templateKind, objected, accommodated } = state;
  return { ...newSubjectState(), devices, enrolment, activeTemplateVersion, templateKind, objected, accommodated };
}

/** First byte of an encoded state. A reader refuses every other version. */
export const subjectStateVersion = 3;

const objectedFlag = 1;
const accommodatedFlag = 2;
const sessionFlag = 4;
const countedFlag = 8;
const scoredFlag = 16;
const versionBytes = 32;
const learnedNumbers = 2 * evidenceLength + activityStateLength + contextStateLength;

function sizeOf(state: SubjectState): number {
  let size = 1 + 1 + 1 + 16 + 3 * 4 + 2 * 4 + 8 * learnedNumbers + 2 * (1 + versionBytes);
  size += 1 + state.devices.length * (16 + 8 + 8);
  size += 1;
  for (const batch of state.keystrokeBatches) size += 2 + batch.length * 4;
  size += 1;
  for (const batch of state.strokeBatches) size += 2 + strokeTotalCount * 2 + batch.speedVariations.length;
  return size;
}

function readNumbers(read: ByteReader, count: number): number[] {
  return Array.from({ length: count }, () => read.f64());
}

/** A SHA-256, or nothing. */
function writeVersion(out: ByteWriter, digits: string): void {
  out.u8(digits === '' ? 0 : 1);
  out.hex(digits === '' ? '0'.repeat(2 * versionBytes) : digits, versionBytes);
}

function readVersion(read: ByteReader): string {
  const present = read.u8();
  const digits = read.hex(versionBytes);
  return present === 1 ? digits : '';
}

/**
 * The state as bytes: version 3, little-endian, exact. Equal states have equal bytes.
 * @throws TypeError for an identity that is not lower-case hexadecimal; RangeError for more than 255 batches of a kind, and for a batch
 *   of more strokes than the wire allows
 */
export function encodeSubjectState(state: SubjectState): Uint8Array {
  if (state.keystrokeBatches.length > 255 || state.strokeBatches.length > 255 || state.devices.length > 255) {
    throw new RangeError('a state holds at most 255 of a kind');
  }
  const bytes = new Uint8Array(sizeOf(state));
  const out = new ByteWriter(new DataView(bytes.buffer));
  out.u8(subjectStateVersion);
  out.u8(
    (state.objected ? objectedFlag : 0) |
      (state.accommodated ? accommodatedFlag : 0) |
      (state.session === '' ? 0 : sessionFlag) |
      (state.sessionCounted ? countedFlag : 0) |
      (state.scoredInSession ? scoredFlag : 0),
  );
  out.u8(templateKinds.indexOf(state.templateKind));
  out.hex(state.session === '' ? '0'.repeat(32) : state.session, 16);
  out.u32(state.enrolment.keystrokeWindows);
  out.u32(state.enrolment.pointerWindows);
  out.u32(state.enrolment.sessions);
  out.u32(state.newKeystrokes);
  out.u32(state.newStrokes);
  out.f64s(evidenceToNumbers(state.evidence.keystrokes));
  out.f64s(evidenceToNumbers(state.evidence.pointer));
  out.f64s(activityStateToNumbers(state.activity));
  out.f64s(contextStateToNumbers(state.context));
  writeVersion(out, state.evidence.templateVersion);
  writeVersion(out, state.activeTemplateVersion);
  out.u8(state.devices.length);
  for (const { device, highest, recent } of state.devices) {
    out.hex(device, 16);
    out.f64(highest);
    out.u32(recent[0]);
    out.u32(recent[1]);
  }
  out.u8(state.keystrokeBatches.length);
  for (const batch of state.keystrokeBatches) {
    out.u16(batch.length);
    for (const code of batch) out.u32(code);
  }
  out.u8(state.strokeBatches.length);
  for (const { strokes, totals, speedVariations } of state.strokeBatches) {
    if (strokes > mostStoredStrokes) throw new RangeError(`a batch of strokes holds at most ${mostStoredStrokes}`);
    out.u8(strokes);
    for (const total of totals) out.i16(total);
    out.u8(speedVariations.length);
    for (const variation of speedVariations) out.u8(variation);
  }
  return bytes;
}

function readDevice(read: ByteReader): DeviceSequences {
  const device = read.hex(16);
  const highest = read.f64();
  const recent: [number, number] = [read.u32(), read.u32()];
  if (!Number.isSafeInteger(highest)) throw new RangeError('subject state holds a broken sequence');
  return { device, highest, recent };
}

function readKeystrokes(read: ByteReader): KeystrokeWindow {
  const count = read.u16();
  if (count * 4 > read.left) throw new RangeError('subject state is cut short');
  const batch = new Uint32Array(count);
  for (let i = 0; i < count; i++) {
    batch[i] = read.u32();
    if (batch[i]! > maxKeystrokeCode) throw new RangeError('subject state holds a broken keystroke');
  }
  return batch;
}

function readStrokes(read: ByteReader): StrokeWindow {
  const strokes = read.u8();
  const totals = Int32Array.from({ length: strokeTotalCount }, () => read.i16());
  const speedVariations = Uint8Array.from({ length: read.u8() }, () => read.u8());
  if (strokes === 0 || strokes > mostStoredStrokes || speedVariations.length > strokes) {
    throw new RangeError('subject state holds a broken batch of strokes');
  }
  return { strokes, totals, speedVariations };
}

function list<T>(read: ByteReader, limit: number, one: (read: ByteReader) => T): T[] {
  const count = read.u8();
  if (count > limit) throw new RangeError('subject state holds too many of a kind');
  return Array.from({ length: count }, () => one(read));
}

/**
 * The state that {@link encodeSubjectState} wrote.
 * @throws RangeError for an unknown version, for bytes missing or left over, and for values that no state has
 */
export function decodeSubjectState(bytes: Uint8Array): SubjectState {
  const read = new ByteReader(bytes);
  const version = read.u8();
  if (version !== subjectStateVersion) throw new RangeError(`subject state has unknown version ${version}`);
  const flags = read.u8();
  const templateKind = templateKinds[read.u8()];
  if (templateKind === undefined) throw new RangeError('subject state names an unknown kind of template');
  const session = read.hex(16);
  const enrolment = { keystrokeWindows: read.u32(), pointerWindows: read.u32(), sessions: read.u32() };
  const newKeystrokes = read.u32();
  const newStrokes = read.u32();
  const keystrokes = evidenceFromNumbers(readNumbers(read, evidenceLength));
  const pointer = evidenceFromNumbers(readNumbers(read, evidenceLength));
  const activity = activityStateFromNumbers(readNumbers(read, activityStateLength));
  const context = contextStateFromNumbers(readNumbers(read, contextStateLength));
  const evidence = { keystrokes, pointer, templateVersion: readVersion(read) };
  const activeTemplateVersion = readVersion(read);
  const devices = list(read, rememberedDevices, readDevice);
  const keystrokeBatches = list(read, 255, readKeystrokes);
  const strokeBatches = list(read, 255, readStrokes);
  if (read.left !== 0) throw new RangeError('subject state has bytes left over');
  return {
    session: (flags & sessionFlag) !== 0 ? session : '',
    keystrokeBatches,
    newKeystrokes,
    strokeBatches,
    newStrokes,
    evidence,
    sessionCounted: (flags & countedFlag) !== 0,
    scoredInSession: (flags & scoredFlag) !== 0,
    activity,
    context,
    devices,
    enrolment,
    activeTemplateVersion,
    templateKind,
    objected: (flags & objectedFlag) !== 0,
    accommodated: (flags & accommodatedFlag) !== 0,
  };
}
