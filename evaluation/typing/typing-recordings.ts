import { type KeystrokeColumns, packKeystrokes, unpackKeystrokes } from '../../detection/features/keystroke-window.ts';
import type { KeystrokeSample } from '../../detection/words/behaviour.ts';
import { collectorIdentity } from '../collector/batch-content.ts';
import { createKeystrokeCollector } from '../collector/keystroke-collector.ts';
import type { RawKeystroke } from '../collector/raw-input.ts';
import type { RecordedSession, Recordings } from '../recordings/recordings.ts';

/**
 * What one session's keystrokes say on the wire, in columns, in the order of typing. The order serves to cut windows;
 * within a window nothing may depend on it. A keystroke carries its own hold and the flight that leads to it, so after
 * a pause its pair is `other` to its own zone, without flights.
 */
export interface TypingSamples extends KeystrokeColumns {
  /** For research alone: which key followed which, `previous * keyClasses + current`. No such thing crosses the wire. */
  keyPair: Int32Array;
}

/** One account's typing, sessions in chronological order. */
export interface TypingSubject {
  name: string;
  /** Sessions that teach the owner's behaviour. */
  enrolment: readonly TypingSamples[];
  /** Sessions that are judged. */
  later: readonly TypingSamples[];
}

/** Distinct keys that a {@link TypingSubject} tells apart; class 0 is "no previous key". */
export const keyClasses = 128;

/** Shortest session that is counted as one: shorter ones are broken recordings. */
const fewestKeysPerSession = 6;

const identity = collectorIdentity('local', 1);

/** Numbers keys from 1 in the order of their first appearance; all beyond the last class share it. */
function createKeyNumbering(): (key: string | number) => number {
  const known = new Map<string | number, number>();
  return (key) => {
    const name = typeof key === 'string' ? key.toLowerCase() : key;
    const number = known.get(name) ?? Math.min(known.size + 1, keyClasses - 1);
    known.set(name, number);
    return number;
  };
}

/** Columns of samples in the given order: packing sorts, so each sample is packed alone. */
function columnsOf(samples: readonly KeystrokeSample[]): KeystrokeColumns {
  const codes = Uint32Array.from(samples, (sample) => packKeystrokes([sample])[0] ?? 0);
  return unpackKeystrokes(codes);
}

/**
 * One session by way of the reference collector, a keystroke per batch so that the order stays known. Where recorded
 * rows are out of order they are sorted by press, as an endpoint would have seen them.
 */
export function typingSamplesOf(
  keystrokes: readonly RawKeystroke[],
  numberOfKey: (key: string | number) => number,
): TypingSamples {
  const collector = createKeystrokeCollector({ maxKeystrokes: 1, maxDurationMs: null }, identity);
  const samples: KeystrokeSample[] = [];
  const keyPairs: number[] = [];
  let previous = 0;
  for (const keystroke of [...keystrokes].sort((a, b) => a.pressMs - b.pressMs)) {
    const sample = collector.add(keystroke)[0]?.keystrokes[0];
    if (sample === undefined) {
      previous = 0;
      continue;
    }
    const current = numberOfKey(keystroke.key);
    samples.push(sample);
    keyPairs.push((sample.pressPressMs === null ? 0 : previous) * keyClasses + current);
    previous = current;
  }
  return { ...columnsOf(samples), keyPair: Int32Array.from(keyPairs) };
}

function partOf<S>(
  sessions: readonly RecordedSession[],
  part: RecordedSession['part'],
  of: (s: RecordedSession) => S,
): S[] {
  return sessions.filter((session) => session.part === part && session.actor === 'owner').map(of);
}

/** As a clock that ticks every `tickMs` would have stamped the keystrokes. */
function stampedBy(tickMs: number, keystrokes: readonly RawKeystroke[]): RawKeystroke[] {
  const stamp = (ms: number) => Math.round(Math.round(ms / tickMs) * tickMs);
  return keystrokes.map(({ key, pressMs, releaseMs }) => ({
    key,
    pressMs: stamp(pressMs),
    releaseMs: stamp(releaseMs),
  }));
}

/**
 * Subjects of a set of recordings, in the order of the recordings; the first so many where `most` is said. Left out are
 * subjects with a session of less than 6 keystrokes, and those with no session to learn from or none to judge.
 * Where the recordings' clock is finer than `timerResolutionMs` they are stamped anew as that clock would have: people
 * who are compared must not differ by their machines' timers, and a collector says its timer's resolution on every batch.
 */
export async function loadTyping(
  recordings: Recordings,
  most = Number.POSITIVE_INFINITY,
  timerResolutionMs = recordings.timerResolutionMs,
): Promise<TypingSubject[]> {
  const coarser = timerResolutionMs > recordings.timerResolutionMs;
  const numberOfKey = createKeyNumbering();
  const subjects: TypingSubject[] = [];
  for await (const { name, sessions } of recordings.subjects()) {
    if (subjects.length >= most) break;
    if (sessions.some((session) => session.keystrokes.length < fewestKeysPerSession)) continue;
    const samplesOf = ({ keystrokes }: RecordedSession) =>
      typingSamplesOf(coarser ? stampedBy(timerResolutionMs, keystrokes) : keystrokes, numberOfKey);
    const enrolment = partOf(sessions, 'enrolment', samplesOf);
    const later = partOf(sessions, 'later', samplesOf);
    if (enrolment.length > 0 && later.length > 0) subjects.push({ name, enrolment, later });
  }
  return subjects;
}
