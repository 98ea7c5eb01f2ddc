import { createTemplateCache } from '../templates/template-cache.ts';
import { type AckedIds, collectAckedIds } from './acked-ids.ts';
import { createOutputComparison, type OutputComparison } from './compare-outputs.ts';
import { createFindingList, type FindingList } from './finding-list.ts';
import { type Outputs, readOutputs } from './read-outputs.ts';
import { createReplay, type ExpectedOutcome } from './replay.ts';
import { beginPartition, type ReplayedPartition } from './replayed-partition.ts';
import { stateHashOf } from './state-hash.ts';
import { readStoredStates, type StoredStates } from './stored-states.ts';
import { readMarks, type SystemMarks } from './system-marks.ts';
import type { VerifyOptions, VerifyStep } from './verify-options.ts';
import type { VerifyReport } from './verify-report.ts';

/** One partition of the input log at work. */
interface VerifiedPartition {
  replayed: ReplayedPartition;
  stored: StoredStates | undefined;
  dueOffset: number;
  /** Of the log as it was read; -1 where it has no record. */
  firstOffset: number;
  lastOffset: number;
}

/** What the parts of a verification share. */
interface Verification {
  options: VerifyOptions;
  findings: FindingList;
  marks: SystemMarks;
  outputs: Outputs;
  stored: ReadonlyMap<number, StoredStates>;
  comparison: OutputComparison;
  acked: AckedIds | undefined;
}

/** What was replayed. */
interface Replayed {
  records: number;
  batches: number;
  partitions: Map<number, VerifiedPartition>;
}

/** Records between two calls of `onProgress`. */
const progressEvery = 500;

/**
 * Replays the input log in one thread, recomputes every verdict, state, dead letter and alert, and compares them with what
 * the system produced. Outputs are read before states, and states before inputs: so whatever was found has its input in the
 * log, and a running system is not accused of what it is about to do. Rejects with `BrokerUnavailable` or
 * `StoreUnavailable` where a server does not answer, with `RangeError` where there is more than the bounds allow.
 */
export async function verifyRun(options: VerifyOptions): Promise<VerifyReport> {
  const startedAtMs = performance.now();
  const findings = createFindingList(options.maxFindings ?? 100);
  const acked = options.ackedIds === undefined ? undefined : await collectAckedIds(options.ackedIds);
  const marks = await readMarks(options);
  const outputs = await outputsOf(options, marks, findings);
  const stored = await statesOf(options, marks, findings);
  const comparison = createOutputComparison({ options, outputs, findings, alerted: marks.alerted });
  const verification: Verification = { options, findings, marks, outputs, stored, comparison, acked };
  const replayed = await replayInputs(verification);
  comparison.atEnd(replayed.partitions, marks.complete);
  for (const { replayed: states, stored: beside, lastOffset } of replayed.partitions.values()) {
    beside?.atEnd(states, lastOffset);
  }
  accuseAcked(verification, replayed.partitions);
  return reportOf(verification, replayed, performance.now() - startedAtMs);
}

function outputsOf(options: VerifyOptions, marks: SystemMarks, findings: FindingList): Promise<Outputs> {
  const { broker, topics, alerts: withAlerts = true, maxIds = 4_000_000, signal } = options;
  const lows = new Map(marks.inputs.map(({ partition, lowOffset }) => [partition, lowOffset]));
  const onRecord = counted(options, 'outputs', marks.outputRecords);
  return readOutputs({ broker, topics, lows, withAlerts, maxIds, findings, onRecord, signal });
}

async function statesOf(options: VerifyOptions, { inputs }: SystemMarks, findings: FindingList) {
  const stored = new Map<number, StoredStates>();
  const { states: reader, topics, settled = false } = options;
  if (reader === null) return stored;
  for (const [done, marks] of inputs.entries()) {
    options.onProgress?.('states', done, inputs.length);
    stored.set(marks.partition, await readStoredStates({ reader, topic: topics.behaviour, marks, settled, findings }));
  }
  return stored;
}

async function replayInputs(verification: Verification): Promise<Replayed> {
  const { options, marks, outputs, stored, comparison, acked } = verification;
  const { broker, topics, templates, signal } = options;
  const replay = createReplay({ templates: createTemplateCache({ store: templates }), system: outputs.system });
  const partitions = new Map<number, VerifiedPartition>();
  const marksOf = new Map(marks.inputs.map((each) => [each.partition, each]));
  let records = 0;
  let batches = 0;

  async function begin(partition: number, firstOffset: number): Promise<VerifiedPartition> {
    const replayed = await beginPartition(await options.initialStates?.(partition), firstOffset);
    const beside = stored.get(partition);
    for (const restored of replayed.all()) beside?.afterWrite(restored);
    const dueOffset = marksOf.get(partition)?.dueOffset ?? -1;
    const verified = { replayed, stored: beside, dueOffset, firstOffset, lastOffset: firstOffset - 1 };
    partitions.set(partition, verified);
    return verified;
  }

  const total = marks.inputs.reduce((sum, { lowOffset, highOffset }) => sum + highOffset - lowOffset, 0);
  const onRecord = counted(options, 'replay', total);
  const reading = { topic: topics.behaviour, from: 'earliest', until: 'end' } as const;
  for await (const record of broker.read(signal === undefined ? reading : { ...reading, signal })) {
    const { partition, offset } = record;
    if (!marksOf.has(partition)) continue;
    const verified = partitions.get(partition) ?? (await begin(partition, offset));
    verified.lastOffset = offset;
    const { outcome, wrote } = await replay.step(verified.replayed, record);
    if (wrote !== undefined) verified.stored?.afterWrite(wrote);
    comparison.compare(record, outcome, verified.dueOffset);
    acked?.meet(record, batchOf(outcome));
    records += 1;
    if (batchOf(outcome) !== undefined) batches += 1;
    onRecord();
  }
  signal?.throwIfAborted();
  for (const { partition, highOffset } of marks.inputs) {
    if (!partitions.has(partition)) await begin(partition, highOffset);
  }
  return { records, batches, partitions };
}

/** What identifies the batch that the record was, if it was one. */
function batchOf(outcome: ExpectedOutcome) {
  if (outcome.kind === 'verdict') return outcome.verdict;
  return outcome.kind === 'some-verdict' ? outcome.batch : undefined;
}

/** Acknowledged, and not in the log; unless it may have been in the part of the log that is gone. */
function accuseAcked(verification: Verification, partitions: Replayed['partitions']): void {
  const { options, acked, findings, marks } = verification;
  const topic = options.topics.behaviour;
  const whole = marks.complete && [...partitions.values()].every(({ firstOffset }) => firstOffset === 0);
  for (const id of acked?.left() ?? []) {
    if ('offset' in id) {
      const { partition, offset } = id;
      const first = partitions.get(partition)?.firstOffset ?? (marks.complete ? 0 : Number.POSITIVE_INFINITY);
      if (offset >= first)
        findings.add('acked-not-in-log', { topic, partition, offset }, 'no record of the log is there');
    } else if (whole) {
      const detail = `no batch of the log has the acknowledged device, session and sequence ${id.sequence}`;
      findings.add('acked-not-in-log', { topic, partition: -1, offset: -1 }, detail);
    }
  }
}

function reportOf(verification: Verification, replayed: Replayed, ms: number): VerifyReport {
  const { findings, outputs, comparison, acked, stored } = verification;
  const { tally } = comparison;
  const { count } = findings;
  const states = new Map([...replayed.partitions].map(([partition, each]) => [partition, each.replayed]));
  const { verdictRecords } = outputs;
  return {
    ok: findings.listed().length === 0,
    records: replayed.records,
    batches: replayed.batches,
    acked: acked?.given ?? null,
    verdicts: tally.verdicts,
    lost: count('lost-verdict', 'acked-not-in-log', 'dead-letter-missing'),
    pending: tally.pending,
    duplicatedIds: tally.duplicatedIds,
    duplicateRecords: tally.duplicateRecords,
    duplicatePercent: verdictRecords === 0 ? 0 : (100 * tally.duplicateRecords) / verdictRecords,
    differingBytes: count('differing-verdict'),
    reordered: count('reordered-verdict'),
    unexpected: count('unexpected-verdict', 'unreadable-verdict'),
    staleTemplates: count('stale-template'),
    states: [...stored.values()].reduce((sum, each) => sum + each.compared(), 0),
    stateDifferences: count('differing-state', 'state-missing', 'state-behind', 'unexpected-state', 'corrupt-state'),
    appliedDifferences: count('applied-behind', 'applied-ahead'),
    stateHash: stateHashOf(states),
    unverifiable: tally.unverifiable,
    beforeLog: outputs.beforeLog,
    deadLetters: {
      ...tally.deadLetters,
      missing: count('dead-letter-missing'),
      differingBytes: count('differing-dead-letter'),
      unexpected: count('unexpected-dead-letter'),
    },
    alerts: {
      ...tally.alerts,
      missing: count('alert-missing'),
      differingBytes: count('differing-alert'),
      unexpected: count('unexpected-alert'),
    },
    findings: findings.listed(),
    findingsLeftOut: findings.leftOut(),
    seconds: Math.round(ms) / 1000,
  };
}

/** Tells of every so many records, and of the last one. */
function counted({ onProgress }: VerifyOptions, step: VerifyStep, total: number): () => void {
  let done = 0;
  onProgress?.(step, 0, total);
  return () => {
    done += 1;
    if (done % progressEvery === 0 || done === total) onProgress?.(step, done, total);
  };
}
