import { createSeededRandom, type SeededRandom } from '../../platform/seeded-random.ts';
import type { RawKeystroke, RawPointerEvent } from '../collector/raw-input.ts';
import type { RecordedSession, RecordedSubject, Recordings, SessionPart } from '../recordings/recordings.ts';
import { createPointerStyle, type PointerStyle, pointerStyleOfDay, pointStrokes } from './pointer-style.ts';
import { createTypingStyle, type TypingStyle, typeKeys, typingStyleOfDay } from './typing-style.ts';

export interface WorkforceOptions {
  seed: number;
  workers: number;
  /** Sessions from which a worker's template is learned, each on a day of its own. */
  enrolmentSessions: number;
  /** Sessions that are judged afterwards. */
  laterSessions: number;
  keysPerSession: number;
  strokesPerSession: number;
}

export const defaultWorkforceOptions: WorkforceOptions = {
  seed: 1,
  workers: 12,
  enrolmentSessions: 4,
  laterSessions: 2,
  keysPerSession: 500,
  strokesPerSession: 100,
};

/** A session alternates between the keyboard and the mouse in so many turns. */
const turnsPerSession = 10;
/** Hand from one device to the other, median. */
const switchMs = 1_500;

interface Styles {
  typing: TypingStyle;
  pointer: PointerStyle;
}

/** Splits `total` into turns that differ by at most one. */
function turnShare(total: number, turn: number): number {
  return Math.floor(((turn + 1) * total) / turnsPerSession) - Math.floor((turn * total) / turnsPerSession);
}

function workOneSession(styles: Styles, options: WorkforceOptions, random: SeededRandom) {
  const typing = typingStyleOfDay(styles.typing, random);
  const pointer = pointerStyleOfDay(styles.pointer, random);
  const keystrokes: RawKeystroke[] = [];
  const events: RawPointerEvent[] = [];
  let nowMs = 0;
  for (let turn = 0; turn < turnsPerSession; turn++) {
    const typed = typeKeys(typing, turnShare(options.keysPerSession, turn), nowMs, random);
    keystrokes.push(...typed);
    nowMs = (typed.at(-1)?.releaseMs ?? nowMs) + random.logNormal(switchMs, 0.3);
    const pointed = pointStrokes(pointer, turnShare(options.strokesPerSession, turn), nowMs, random);
    events.push(...pointed);
    nowMs = (pointed.at(-1)?.timeMs ?? nowMs) + random.logNormal(switchMs, 0.3);
  }
  return { keystrokes, pointer: events };
}

/**
 * A made-up workforce in the shape of recordings: every worker types and points in a manner of their own, a little
 * different every day. The same seed gives the same people and the same days; a worker does not change when others
 * are added. For demonstrations and tests of the whole way: figures measured on it say nothing about real people.
 */
export function createWorkforce(options: Partial<WorkforceOptions> = {}): Recordings {
  const settings = { ...defaultWorkforceOptions, ...options };
  const root = createSeededRandom(settings.seed);

  function sessionOf(worker: string, styles: Styles, day: number): RecordedSession {
    const part: SessionPart = day < settings.enrolmentSessions ? 'enrolment' : 'later';
    const work = workOneSession(styles, settings, root.fork(`${worker}/day-${day}`));
    return { name: `day-${day}`, part, actor: 'owner', ...work };
  }

  async function* subjects(): AsyncGenerator<RecordedSubject> {
    for (let index = 0; index < settings.workers; index++) {
      const name = `worker-${index + 1}`;
      const random = root.fork(name);
      const styles: Styles = { typing: createTypingStyle(random), pointer: createPointerStyle(random) };
      const days = settings.enrolmentSessions + settings.laterSessions;
      yield { name, sessions: Array.from({ length: days }, (_, day) => sessionOf(name, styles, day)) };
    }
  }

  return {
    name: 'synthetic',
    modality: 'both',
    labelled: false,
    licenceNote: 'Synthetic: made up from a seed, nobody was recorded.',
    inputRoute: 'local',
    timerResolutionMs: 1,
    subjects,
  };
}
