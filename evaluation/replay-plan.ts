import { createHash } from 'node:crypto';
import type { BehaviourBatch, Pseudonym } from '../detection/words/behaviour.ts';
import { createSeededRandom } from '../platform/seeded-random.ts';
import { gatherHumanTimings } from './attacks/human-timings.ts';
import { createInjector, type InjectorName, imitatesPeople } from './attacks/injector.ts';
import { plugIn } from './attacks/plug-in.ts';
import { swapPosition, takeOver } from './attacks/take-over.ts';
import type { BatchContent } from './collector/batch-content.ts';
import { type CollectOptions, collectSession, replayCollectOptions } from './collector/collect-session.ts';
import type { RawKeystroke } from './collector/raw-input.ts';
import type { RecordedSession, Recordings } from './recordings/recordings.ts';

/** Who really produced a batch: the account's owner, another person, or a device that types by itself. */
export type Origin = 'owner' | 'impostor' | 'injector';

/** One batch to be sent under the subject's name. */
export interface PlannedBatch {
  /** Counts the batches of the subject's device from 0, over all sessions. */
  sequence: number;
  session: Pseudonym;
  origin: Origin;
  content: BatchContent;
}

export interface PlannedSession {
  id: Pseudonym;
  batches: PlannedBatch[];
}

export interface PlannedSubject {
  id: Pseudonym;
  /** The one device on which the subject works. */
  device: Pseudonym;
  /** Sessions of the owner alone, to be sent before the templates are trained. */
  enrolment: PlannedSession[];
  /** Sessions to be judged, in order. */
  later: PlannedSession[];
}

/** A stretch of a subject's later batches that somebody else produced; both ends included. */
export interface PlannedSwap {
  subject: Pseudonym;
  origin: Exclude<Origin, 'owner'>;
  fromSequence: number;
  toSequence: number;
}

/** Everything that a replay sends, and what is known about it. */
export interface ReplayPlan {
  recordings: Recordings['name'];
  modality: Recordings['modality'];
  /** True where swaps are recorded sessions with a label, not made by this plan. */
  labelled: boolean;
  seed: number;
  subjects: PlannedSubject[];
  swaps: PlannedSwap[];
}

export interface ReplayPlanOptions {
  seed: number;
  /** Share of the subjects whose desk another person takes over; not for labelled recordings. */
  impostorShare: number;
  /** Share of the subjects at whose desk an injector is plugged in; not for labelled or pointer recordings. */
  injectorShare: number;
  injector: InjectorName;
  /** Only the first so many subjects, by the recordings' own order. */
  maxSubjects: number;
  /** Only the last so many enrolment batches of a subject; 1 or more. */
  maxEnrolmentBatches: number;
  collect: Pick<CollectOptions, 'keystrokes' | 'pointer'>;
}

export const defaultReplayPlanOptions: ReplayPlanOptions = {
  seed: 1,
  impostorShare: 0.5,
  injectorShare: 0,
  injector: 'jitter-10-percent',
  maxSubjects: Number.POSITIVE_INFINITY,
  maxEnrolmentBatches: Number.POSITIVE_INFINITY,
  collect: { keystrokes: replayCollectOptions.keystrokes, pointer: replayCollectOptions.pointer },
};

/** A session's batches before they get their place in the stream. */
interface CollectedSession {
  id: Pseudonym;
  actor: RecordedSession['actor'];
  contents: BatchContent[];
  keystrokes: readonly RawKeystroke[];
}

interface CollectedSubject {
  id: Pseudonym;
  device: Pseudonym;
  enrolment: CollectedSession[];
  later: CollectedSession[];
}

/** A batch with its place, not yet numbered. */
interface Slot {
  session: Pseudonym;
  origin: Origin;
  content: BatchContent;
}

/** First 16 bytes of SHA-256 over the words: no recorded name reaches the wire. */
export function recordedId(...words: string[]): Pseudonym {
  return createHash('sha256').update(words.join('\u0000')).digest('hex').slice(0, 32);
}

function collectOptionsFor(recordings: Recordings, options: ReplayPlanOptions): CollectOptions {
  const { inputRoute, timerResolutionMs } = recordings;
  return { ...options.collect, inputRoute, timerResolutionMs };
}

async function collectSubjects(recordings: Recordings, options: ReplayPlanOptions): Promise<CollectedSubject[]> {
  const collect = collectOptionsFor(recordings, options);
  const subjects: CollectedSubject[] = [];
  for await (const subject of recordings.subjects()) {
    if (subjects.length >= options.maxSubjects) break;
    const collected = (part: RecordedSession['part']): CollectedSession[] =>
      subject.sessions
        .filter((session) => session.part === part)
        .map((session) => ({
          id: recordedId(recordings.name, 'session', subject.name, session.name),
          actor: session.actor,
          contents: collectSession(session, collect),
          // Only a later session can be injected into; enrolment keys need not stay in memory.
          keystrokes: part === 'later' ? session.keystrokes : [],
        }))
        .filter((session) => session.contents.length > 0);
    subjects.push({
      id: recordedId(recordings.name, 'subject', subject.name),
      device: recordedId(recordings.name, 'device', subject.name),
      enrolment: collected('enrolment'),
      later: collected('later'),
    });
  }
  return subjects;
}

function slotsOf(sessions: readonly CollectedSession[]): Slot[] {
  return sessions.flatMap(({ id, actor, contents }) =>
    contents.map((content) => ({ session: id, origin: actor, content })),
  );
}

/** Groups consecutive slots by session and numbers them from `firstSequence`. */
function sessionsOf(slots: readonly Slot[], firstSequence: number): PlannedSession[] {
  const sessions: PlannedSession[] = [];
  for (const [index, slot] of slots.entries()) {
    let session = sessions.at(-1);
    if (session?.id !== slot.session) {
      session = { id: slot.session, batches: [] };
      sessions.push(session);
    }
    session.batches.push({ sequence: firstSequence + index, ...slot });
  }
  return sessions;
}

/** The swaps of one subject, read off the origins: a new one wherever the origin or, if labelled, the session changes. */
function swapsOf(subject: PlannedSubject, labelled: boolean): PlannedSwap[] {
  const swaps: PlannedSwap[] = [];
  let session: Pseudonym | undefined;
  let origin: Origin = 'owner';
  for (const batch of subject.later.flatMap((later) => later.batches)) {
    const open = swaps.at(-1);
    const goesOn = batch.origin === origin && (!labelled || batch.session === session);
    session = batch.session;
    origin = batch.origin;
    if (batch.origin === 'owner') continue;
    if (goesOn && open !== undefined) open.toSequence = batch.sequence;
    else {
      const { sequence } = batch;
      swaps.push({ subject: subject.id, origin: batch.origin, fromSequence: sequence, toSequence: sequence });
    }
  }
  return swaps;
}

/**
 * Plans a replay: enrolment sessions as they are, then the later ones, in which a seeded share of the desks is taken
 * over half-way by another person's later behaviour (or an injector) under the owner's session ids. Labelled
 * recordings are replayed as they are. The same recordings, seed and options give the same plan.
 * Subjects without enrolment or later batches are left out. Throws what reading the recordings throws.
 */
export async function planReplay(
  recordings: Recordings,
  options: Partial<ReplayPlanOptions> = {},
): Promise<ReplayPlan> {
  const settings: ReplayPlanOptions = { ...defaultReplayPlanOptions, ...options };
  const random = createSeededRandom(settings.seed).fork('replay-plan');
  const collected = (await collectSubjects(recordings, settings)).filter(
    (subject) => subject.enrolment.length > 0 && subject.later.length > 0,
  );
  const order = random.shuffled(collected);
  const impostors = recordings.labelled ? 0 : Math.floor(order.length * settings.impostorShare);
  const injectors =
    recordings.labelled || recordings.modality === 'pointer' ? 0 : Math.floor(order.length * settings.injectorShare);
  const victims = new Set(collected.length > 1 ? order.slice(0, impostors) : []);
  const injected = new Set(order.slice(impostors, impostors + injectors));

  const subjects = collected.map((subject): PlannedSubject => {
    const chance = random.fork(subject.id);
    const enrolment = slotsOf(subject.enrolment).slice(-settings.maxEnrolmentBatches);
    let later = slotsOf(subject.later);
    if (victims.has(subject)) {
      const stranger = chance.pick(collected.filter((other) => other !== subject));
      const position = swapPosition(later, chance);
      later = takeOver(later, slotsOf(stranger.later), position);
    } else if (injected.has(subject)) {
      const others = imitatesPeople(settings.injector) ? collected.filter((other) => other !== subject) : [];
      const human = gatherHumanTimings(others.flatMap((other) => other.later.map((session) => session.keystrokes)));
      const injector = createInjector(settings.injector, { seed: chance.integer(2 ** 31), human });
      later = plugIn(subject.later, swapPosition(later, chance), injector, collectOptionsFor(recordings, settings));
    }
    return {
      id: subject.id,
      device: subject.device,
      enrolment: sessionsOf(enrolment, 0),
      later: sessionsOf(later, enrolment.length),
    };
  });
  return {
    recordings: recordings.name,
    modality: recordings.modality,
    labelled: recordings.labelled,
    seed: settings.seed,
    subjects,
    swaps: subjects.flatMap((subject) => swapsOf(subject, recordings.labelled)),
  };
}

/** All batches of a planned subject, in the order of their sequence. */
export function batchesOf(subject: PlannedSubject): PlannedBatch[] {
  return [...subject.enrolment, ...subject.later].flatMap((session) => session.batches);
}

/** The batch as a collector sends it: the gateway stamps tenant, time of receipt and handling, and replaces the ids. */
export function collectorBatch(subject: PlannedSubject, batch: PlannedBatch): BehaviourBatch {
  const { session, sequence, content } = batch;
  const stamps = { tenant: '', receivedAtMs: 0, handling: 'full' } as const;
  return { ...stamps, subject: subject.id, device: subject.device, session, sequence, ...content };
}
