import {
  decodeSubjectState,
  encodeSubjectState,
  newSubjectState,
  type SubjectState,
} from '../detection/subject-state.ts';
import { type Ruling, rulingWords } from '../detection/words/verdict.ts';
import type { StateWrite } from '../platform/store/state-store.ts';

/** A template that was activated, from the input offset on. */
export interface ActivatedVersion {
  offset: number;
  version: string;
}

/** What every key of a stage has whose states are replayed. */
export interface ReplayedKey {
  readonly key: string;
  /** The last input offset that wrote the state; -1 for none. */
  offset: number;
  /** The last one that the store must contain by now; -1 for none. */
  dueOffset: number;
  /** False where the log does not say how the state came about; from then on relations are checked, and no bytes. */
  known: boolean;
}

/** A subject as far as the log was read. */
export interface ReplayedSubject extends ReplayedKey {
  readonly kind: 'subject';
  state: SubjectState;
  /** What analysts said since the last verdict, oldest first. */
  rulings: Ruling[];
  /** Versions of all templates that were to judge the subject so far. */
  readonly judgedBy: Set<string>;
  /** Where the latest first occurrence of a verdict stands in the verdict topic. */
  lastVerdict: { partition: number; offset: number } | undefined;
}

/** Which cohort template a tenant uses in this partition. */
export interface ReplayedCohort extends ReplayedKey {
  readonly kind: 'cohort';
  /** The newest {@link keptCohortActivations}. */
  state: ActivatedVersion[];
}

/** One of the two kinds of state in a partition. */
export type Replayed = ReplayedSubject | ReplayedCohort;

/** Where the replay of a log goes on whose beginning is gone. */
export interface InitialStates {
  /** Records up to here are contained in the states; a key without state had none by then. */
  throughOffset: number;
  /** As stored: a state may be stamped beyond `throughOffset`, and contains its key's records up to its stamp. */
  states: Iterable<StateWrite>;
}

/** One partition of the input log, replayed. Memory is bounded by the subjects in it. */
export interface ReplayedPartition {
  /** False where records are missing before the first one, and no states were given in their place. */
  readonly fromStart: boolean;
  /** Records up to here are contained in the states that were given; -1 where none were. */
  readonly throughOffset: number;
  subject(tenant: string, subject: string): ReplayedSubject;
  cohort(tenant: string): ReplayedCohort;
  find(key: string): Replayed | undefined;
  all(): Iterable<Replayed>;
}

/** Part of the stored format: the scorer remembers so many, oldest forgotten first. */
const keptCohortActivations = 8;

/** First byte of a stored state. */
const tags = { subject: 1, cohort: 2, ruledSubject: 3 } as const;
/** In a state: an incident's id, then the place of the word. */
const rulingBytes = 17;
const cohortPrefix = 'cohort:';

/** The key of a subject's state in the store. */
export function subjectKeyOf(tenant: string, subject: string): string {
  return `${subject}:${tenant}`;
}

/** A partition as it is before the first record that is left of it. States that end before that record do not help. */
export function beginPartition(given: InitialStates | undefined, firstOffset: number): ReplayedPartition {
  const keys = new Map<string, Replayed>();
  const initial = given !== undefined && given.throughOffset + 1 >= firstOffset ? given : undefined;
  const fromStart = initial !== undefined || firstOffset === 0;

  function begin(key: string): Replayed {
    const common = { key, offset: -1, dueOffset: -1, known: fromStart };
    if (key.startsWith(cohortPrefix)) return { ...common, kind: 'cohort', state: [] };
    return {
      ...common,
      kind: 'subject',
      state: newSubjectState(),
      rulings: [],
      judgedBy: new Set(),
      lastVerdict: undefined,
    };
  }
  function at(key: string): Replayed {
    const known = keys.get(key);
    if (known !== undefined) return known;
    const begun = begin(key);
    keys.set(key, begun);
    return begun;
  }

  if (initial !== undefined) {
    for (const { key, offset, bytes } of initial.states) restore(at(key), offset, bytes);
  }
  return {
    fromStart,
    throughOffset: initial?.throughOffset ?? -1,
    subject(tenant, subject) {
      const found = at(subjectKeyOf(tenant, subject));
      if (found.kind !== 'subject') throw new TypeError('a subject has the key of a cohort');
      return found;
    },
    cohort(tenant) {
      const found = at(cohortPrefix + tenant);
      if (found.kind !== 'cohort') throw new TypeError('a cohort has the key of a subject');
      return found;
    },
    find: (key) => keys.get(key),
    all: () => keys.values(),
  };
}

/** The bytes that the store must hold for the key. */
export function storedBytesOf(replayed: Replayed): Buffer {
  switch (replayed.kind) {
    case 'subject': {
      const { rulings } = replayed;
      const told = rulings.map(({ incidentId, ruling }) => `${incidentId}${hexByte(rulingWords.indexOf(ruling))}`);
      const head = told.length === 0 ? [tags.subject] : [tags.ruledSubject, told.length];
      return Buffer.concat([Buffer.from(head), Buffer.from(told.join(''), 'hex'), encodeSubjectState(replayed.state)]);
    }
    case 'cohort':
      return Buffer.concat([Buffer.of(tags.cohort), Buffer.from(JSON.stringify({ activations: replayed.state }))]);
  }
}

function hexByte(value: number): string {
  return value.toString(16).padStart(2, '0');
}

function restore(replayed: Replayed, offset: number, bytes: Buffer): void {
  const [tag] = bytes;
  replayed.offset = offset;
  if (replayed.kind === 'cohort' && tag === tags.cohort) {
    replayed.state = (JSON.parse(bytes.toString('utf8', 1)) as { activations: ActivatedVersion[] }).activations;
  } else if (replayed.kind === 'subject' && tag === tags.subject) {
    replayed.state = decodeSubjectState(bytes.subarray(1));
  } else if (replayed.kind === 'subject' && tag === tags.ruledSubject) {
    const end = 2 + (bytes[1] ?? 0) * rulingBytes;
    for (let from = 2; from < end; from += rulingBytes) {
      const ruling = rulingWords[bytes[from + rulingBytes - 1] ?? rulingWords.length];
      if (ruling === undefined) throw new TypeError('a state of a subject has a ruling of an unknown word');
      replayed.rulings.push({ incidentId: bytes.toString('hex', from, from + rulingBytes - 1), ruling });
    }
    replayed.state = decodeSubjectState(bytes.subarray(end));
  } else {
    throw new TypeError(`a state of a ${replayed.kind} has the tag ${tag}`);
  }
}

/** The cohort's state after one more activation. */
export function withActivation({ state }: ReplayedCohort, activation: ActivatedVersion): ActivatedVersion[] {
  return [...state, activation].slice(-keptCohortActivations);
}

/** The last version that was activated before `offset`; empty for none. */
export function versionBefore(activations: readonly ActivatedVersion[], offset: number): string {
  return activations.findLast((each) => each.offset < offset)?.version ?? '';
}
