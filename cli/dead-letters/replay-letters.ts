import type { Broker, OutgoingRecord, RecordPosition } from '../../platform/broker/broker.ts';
import type { KeyValueStore } from '../../platform/store/key-value-store.ts';
import { replayHeader, type StoredLetter } from './stored-letter.ts';

/** Why a letter is left where it is. */
export type PassedOver =
  | 'replayed-before'
  | 'being-replayed'
  | 'cut'
  | 'refused-again'
  | 'out-of-order'
  | 'foreign-topic';

/** What became of the letters. */
export interface ReplayOutcome {
  /** Produced again, or that would be. */
  replayed: number;
  passedOver: Record<PassedOver, number>;
}

/** What a replay needs. */
export interface ReplayLettersOptions {
  broker: Pick<Broker, 'produce'>;
  /** Remembers what was replayed. */
  values: KeyValueStore;
  letters: AsyncIterable<StoredLetter>;
  /** The letters were named one by one: also those are replayed that would be refused again, or undo what came after them. */
  named: boolean;
  dryRun: boolean;
  nowMs: () => number;
  onDone?: (letters: number) => void;
}

const chunkLetters = 100;
const chunkBytes = 4 * 1024 * 1024;
/** Longer than the dead-letter topic keeps a letter (deploy/topics.yaml: 14 days). */
const rememberedForMs = 30 * 86_400_000;

/** Longer than a chunk takes to be produced (at most half a minute) and remembered; after a crash its letters can be replayed again. */
const claimedForMs = 5 * 60_000;

const markOf = (id: string): string => `replayed:${id}`;

/**
 * Produces the original bytes of dead letters to the topic that they came from, under their key, marked with
 * `gaitkeeper-replay-of`. A letter is claimed before, so that of two replays at the same moment one has it, and remembered
 * once the broker has its record: when this process dies in between, the letter is free again after five minutes and may be
 * produced twice, and the scorer tells the second from the first by its sequence.
 */
export async function replayLetters(options: ReplayLettersOptions): Promise<ReplayOutcome> {
  const { broker, values, letters, named, dryRun, nowMs, onDone } = options;
  const passedOver = {
    'replayed-before': 0,
    'being-replayed': 0,
    cut: 0,
    'refused-again': 0,
    'out-of-order': 0,
    'foreign-topic': 0,
  };
  let replayed = 0;
  let looked = 0;
  let chunk: StoredLetter[] = [];
  let bytes = 0;

  const mark = (content: object): Buffer =>
    Buffer.from(JSON.stringify({ at: new Date(nowMs()).toISOString(), ...content }));

  /** Those of the chunk that nobody has replayed or is replaying. */
  async function freeOnes(): Promise<StoredLetter[]> {
    const marks = await values.getMany(chunk.map(({ id }) => markOf(id)));
    const free: StoredLetter[] = [];
    for (const [index, stored] of chunk.entries()) {
      const found = marks[index];
      if (found === undefined) free.push(stored);
      else passedOver[isClaim(found) ? 'being-replayed' : 'replayed-before'] += 1;
    }
    return free;
  }

  async function claimed(letters: readonly StoredLetter[]): Promise<StoredLetter[]> {
    const claim = mark({ claimed: true });
    const options = { expiresAfterMs: claimedForMs };
    const won = await Promise.all(letters.map(({ id }) => values.putIfAbsent(markOf(id), claim, options)));
    const ours = letters.filter((_, index) => won[index]);
    passedOver['being-replayed'] += letters.length - ours.length;
    return ours;
  }

  async function produce(ours: readonly StoredLetter[]): Promise<void> {
    let positions: readonly RecordPosition[];
    try {
      positions = await broker.produce(ours.map(recordOf));
    } catch (error) {
      // Where the store is away as well, the claims end by themselves: what is told is why nothing was produced.
      await Promise.allSettled(ours.map(({ id }) => values.delete(markOf(id))));
      throw error;
    }
    const options = { expiresAfterMs: rememberedForMs };
    await Promise.all(ours.map(({ id }, index) => values.put(markOf(id), mark({ to: positions[index] }), options)));
  }

  async function flush(): Promise<void> {
    const free = await freeOnes();
    const ours = dryRun ? free : await claimed(free);
    if (!dryRun && ours.length > 0) await produce(ours);
    replayed += ours.length;
    looked += chunk.length;
    chunk = [];
    bytes = 0;
    onDone?.(looked);
  }

  for await (const stored of letters) {
    const why = reasonToPassOver(stored, named);
    if (why !== undefined) {
      passedOver[why] += 1;
      continue;
    }
    chunk.push(stored);
    bytes += stored.letter.originalValueBytes;
    if (chunk.length >= chunkLetters || bytes >= chunkBytes) await flush();
  }
  if (chunk.length > 0) await flush();
  return { replayed, passedOver };
}

function isClaim(mark: Buffer): boolean {
  return (JSON.parse(mark.toString()) as { claimed?: true }).claimed === true;
}

function reasonToPassOver({ kind }: StoredLetter, named: boolean): PassedOver | undefined {
  switch (kind) {
    case 'cut':
      return 'cut';
    case 'refused':
      return named ? undefined : 'refused-again';
    case 'activation':
    case 'control':
    case 'ruling':
    case 'incident':
    case 'suppression':
      return named ? undefined : 'out-of-order';
    // Whoever may write dead letters must not have an operator's rights write anywhere else.
    case 'unknown':
      return 'foreign-topic';
    case 'batch':
    case 'verdict':
      return undefined;
  }
}

function recordOf({ id, letter, kind }: StoredLetter): OutgoingRecord {
  const { source, originalKey: key, originalValue: value, originalHeaders } = letter;
  const headers = Object.fromEntries(originalHeaders.map((header) => [header.name, header.value]));
  return {
    ...{ topic: source.topic, key, value, headers: { ...headers, [replayHeader]: id } },
    // A key finds its partition; without one, the record belongs where it was, and a rule stands in every one.
    ...(key === null || kind === 'suppression' ? { partition: source.partition } : {}),
  };
}
