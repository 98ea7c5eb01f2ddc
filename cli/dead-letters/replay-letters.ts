import type { Broker, OutgoingRecord } from '../../platform/broker/broker.ts';
import type { KeyValueStore } from '../../platform/store/key-value-store.ts';
import { replayHeader, type StoredLetter } from './stored-letter.ts';

/** Why a letter is left where it is. */
export type PassedOver = 'replayed-before' | 'cut' | 'refused-again' | 'out-of-order';

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

const markOf = (id: string): string => `replayed:${id}`;

/**
 * Produces the original bytes of dead letters to the topic that they came from, under their key, marked with
 * `gaitkeeper-replay-of`. A letter is remembered once the broker has its record: when this process dies in between, or two
 * replays run at the same moment, one is produced twice, and the scorer tells the second from the first by its sequence.
 */
export async function replayLetters(options: ReplayLettersOptions): Promise<ReplayOutcome> {
  const { broker, values, letters, named, dryRun, nowMs, onDone } = options;
  const passedOver = { 'replayed-before': 0, cut: 0, 'refused-again': 0, 'out-of-order': 0 };
  let replayed = 0;
  let looked = 0;
  let chunk: StoredLetter[] = [];
  let bytes = 0;

  async function flush(): Promise<void> {
    const marks = await values.getMany(chunk.map(({ id }) => markOf(id)));
    const fresh = chunk.filter((_, index) => marks[index] === undefined);
    passedOver['replayed-before'] += chunk.length - fresh.length;
    replayed += fresh.length;
    looked += chunk.length;
    chunk = [];
    bytes = 0;
    if (!dryRun && fresh.length > 0) {
      const positions = await broker.produce(fresh.map(recordOf));
      const at = new Date(nowMs()).toISOString();
      for (const [index, { id }] of fresh.entries()) {
        const mark = JSON.stringify({ at, to: positions[index] });
        await values.put(markOf(id), Buffer.from(mark), { expiresAfterMs: rememberedForMs });
      }
    }
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

function reasonToPassOver({ kind }: StoredLetter, named: boolean): PassedOver | undefined {
  switch (kind) {
    case 'cut':
      return 'cut';
    case 'refused':
      return named ? undefined : 'refused-again';
    case 'activation':
    case 'control':
      return named ? undefined : 'out-of-order';
    case 'batch':
    case 'verdict':
    case 'unknown':
      return undefined;
  }
}

function recordOf({ id, letter }: StoredLetter): OutgoingRecord {
  const { source, originalKey: key, originalValue: value, originalHeaders } = letter;
  const headers = Object.fromEntries(originalHeaders.map((header) => [header.name, header.value]));
  return {
    ...{ topic: source.topic, key, value, headers: { ...headers, [replayHeader]: id } },
    // A key finds its partition; without one, the record belongs where it was.
    ...(key === null ? { partition: source.partition } : {}),
  };
}
