import type { StateReader } from '../platform/store/state-reader.ts';
import type { StateScope } from '../platform/store/state-store.ts';
import type { FindingList } from './finding-list.ts';
import { digestOf } from './found-outputs.ts';
import type { ReplayedKey } from './replayed-partition.ts';
import type { InputMarks } from './system-marks.ts';

interface Stamp {
  offset: number;
  digest: string;
  /** The replay has had the key at this very offset. */
  met: boolean;
}

/** Every key of a partition that was replayed; `fromStart`: no other key has a state. */
interface ReplayedKeys {
  fromStart: boolean;
  keys: Iterable<ReplayedKey>;
}

/** The states of one partition as the store holds them, by stamp and digest; laid beside the replay as it goes on. */
export interface StoredStates {
  /** Compares the state where it is stamped with the record just replayed; `bytes`: those that it must have. */
  afterWrite(written: ReplayedKey, bytes: () => Buffer): void;
  /** Looks for what is missing, left behind or invented. `endOffset`: the last of the log, -1 for none. */
  atEnd(partition: ReplayedKeys, endOffset: number): void;
  /** How many were compared. */
  compared(): number;
}

/** What is laid beside the stored states. */
export interface StoredStatesOptions {
  reader: StateReader;
  /** Of the stage whose states these are. */
  scope: StateScope;
  marks: InputMarks;
  settled: boolean;
  findings: FindingList;
}

/** Reads the stamps and digests of a partition's states: about 300 bytes a subject. */
export async function readStoredStates(options: StoredStatesOptions): Promise<StoredStates> {
  const { reader, scope, marks, settled, findings } = options;
  const { topic, partition } = scope;
  const { appliedOffset, committedOffset, lowOffset } = marks;
  const stamps = new Map<string, Stamp>();
  const corrupt = new Set<string>();
  for await (const read of reader.states(scope)) {
    if (read.kind === 'state') {
      stamps.set(read.key, { offset: read.offset, digest: digestOf(read.bytes), met: false });
    } else if (!corrupt.has(read.key)) {
      corrupt.add(read.key);
      findings.add('corrupt-state', { topic, partition, offset: -1 }, read.detail);
    }
  }
  let compared = 0;

  function checkApplied(endOffset: number): void {
    const applied = appliedOffset ?? -1;
    const place = { topic, partition, offset: applied };
    const said = `applied is ${appliedOffset ?? 'not there'}`;
    if (applied > endOffset) {
      findings.add('applied-ahead', place, `${said}, the last record of the log is ${endOffset}`);
    } else if (endOffset >= lowOffset && applied < (settled ? endOffset : committedOffset - 1)) {
      const why = settled
        ? `the last record of the log is ${endOffset}`
        : `everything below ${committedOffset} is committed`;
      findings.add('applied-behind', place, `${said}, ${why}`);
    }
  }

  function checkAtEnd(replayed: ReplayedKey): void {
    const stamp = stamps.get(replayed.key);
    stamps.delete(replayed.key);
    if (!replayed.known || corrupt.has(replayed.key)) return;
    const place = { topic, partition, offset: replayed.dueOffset };
    if (stamp === undefined) {
      if (replayed.dueOffset >= 0)
        findings.add('state-missing', place, 'the store has no state that this record wrote');
    } else if (stamp.offset < replayed.dueOffset) {
      findings.add('state-behind', place, `the state that this record wrote is stamped ${stamp.offset}`);
    } else if (!stamp.met) {
      const stamped = { topic, partition, offset: stamp.offset };
      findings.add('unexpected-state', stamped, 'a state is stamped with this record, which did not write it');
    }
  }

  return {
    compared: () => compared,
    afterWrite(written, bytes) {
      if (written.offset <= marks.dueOffset) written.dueOffset = written.offset;
      const stamp = stamps.get(written.key);
      if (stamp?.offset !== written.offset) return;
      stamp.met = true;
      if (!written.known) return;
      compared += 1;
      if (digestOf(bytes()) === stamp.digest) return;
      const place = { topic, partition, offset: stamp.offset };
      findings.add('differing-state', place, 'the state stamped with this record has other bytes');
    },
    atEnd({ fromStart, keys }, endOffset) {
      checkApplied(endOffset);
      for (const replayed of keys) checkAtEnd(replayed);
      if (!fromStart) return;
      for (const { offset } of stamps.values()) {
        findings.add(
          'unexpected-state',
          { topic, partition, offset },
          'no record of the log is of the key of this state',
        );
      }
    },
  };
}
