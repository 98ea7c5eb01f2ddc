import { createTemplateCache } from '../templates/template-cache.ts';
import { type AckedIds, collectAckedIds } from './acked-ids.ts';
import { createOutputComparison, type OutputComparison } from './compare-outputs.ts';
import { createFindingList, type FindingList } from './finding-list.ts';
import { type KeptStates, readKeptStates } from './kept-states.ts';
import { type Outputs, readOutputs } from './read-outputs.ts';
import { createReplay, type ExpectedOutcome } from './replay.ts';
import { beginPartition, type ReplayedPartition, storedBytesOf } from './replayed-partition.ts';
import { reportOf } from './report-of.ts';
import { stateHashOf } from './state-hash.ts';
import type { StoredStates } from './stored-states.ts';
import { alertingScope, publishingScope, readMarks, type SystemMarks, scorerScope } from './system-marks.ts';
import { createIncidentsCheck, type IncidentsCheck } from './verify-incidents.ts';
import type { VerifyOptions, VerifyStep } from './verify-options.ts';
import { createPublishingCheck, type PublishingCheck } from './verify-publishing.ts';
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
  kept: KeptStates;
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
 * Replays the input log in one thread, recomputes every verdict, state, dead letter, revision of an incident and alert, and compares them with what
 * the system produced. A stage's states and outputs are read before its inputs: so whatever was found has its input in the
 * log, and a running system is not accused of what it is about to do. Rejects with `BrokerUnavailable` or
 * `StoreUnavailable` where a server does not answer, with `RangeError` where there is more than the bounds allow.
 */
export async function verifyRun(options: VerifyOptions): Promise<VerifyReport> {
  const startedAtMs = performance.now();
  const findings = createFindingList(options.maxFindings ?? 100);
  const acked = options.ackedIds === undefined ? undefined : await collectAckedIds(options.ackedIds);
  const { topics } = options;
  const marks = await readMarks(options);
  const ofAlerting = (partition: number) => alertingScope(topics.verdicts, partition);
  const keptIncidents = await readKeptStates(options, marks.verdicts, ofAlerting, findings);
  const ofPublishing = (partition: number) => publishingScope(topics.incidents, partition);
  const keptPublishing = await readKeptStates(options, marks.incidents, ofPublishing, findings);
  const keptByAlerting = { incidents: keptIncidents, publishing: keptPublishing };
  const { incidents, publishing, outputs } = await outputsOf(options, marks, keptByAlerting, findings);
  const kept = await readKeptStates(options, marks.inputs, (each) => scorerScope(topics.behaviour, each), findings);
  const comparison = createOutputComparison({ options, outputs, findings, alerted: marks.alerted });
  const verification: Verification = { options, findings, marks, outputs, kept, comparison, acked };
  const { records, batches, partitions } = await replayInputs(verification);
  if (options.scorer !== false) comparison.atEnd(partitions);
  for (const { replayed, stored, lastOffset } of partitions.values()) {
    stored?.atEnd({ fromStart: replayed.fromStart, keys: replayed.all() }, lastOffset);
  }
  incidents?.atEnd();
  publishing?.atEnd();
  accuseAcked(verification, partitions);
  const states = new Map([...partitions].map(([partition, each]) => [partition, each.replayed]));
  return reportOf({
    ...{ findings, tally: comparison.tally, incidents: incidents?.tally, alerts: publishing?.tally, records, batches },
    ...{ beforeLog: outputs.beforeLog, verdictRecords: outputs.verdictRecords, acked: acked?.given ?? null },
    states: comparedOf(kept),
    alertingStates: comparedOf(keptIncidents),
    publishingStates: comparedOf(keptPublishing),
    stateHash: stateHashOf(states),
    seconds: Math.round(performance.now() - startedAtMs) / 1000,
  });
}

/** States of alerting's stages. */
interface KeptByAlerting {
  incidents: KeptStates;
  publishing: KeptStates;
}

/** Reads what came out, and lays incidents, alerts and the states behind them beside what they come from on the way. */
async function outputsOf(options: VerifyOptions, marks: SystemMarks, kept: KeptByAlerting, findings: FindingList) {
  const { broker, topics, alerts: withAlerts = true, maxIds = 4_000_000, alertHourlyLimit = 1_000, signal } = options;
  const lows = new Map(marks.inputs.map(({ partition, lowOffset }) => [partition, lowOffset]));
  const onRecord = counted(options, 'outputs', marks.outputRecords);
  const { verdictPartitions, incidentLows, alertLows, complete } = marks;
  const hourlyShare = Math.ceil(alertHourlyLimit / Math.max(1, incidentLows.length));
  let publishing: PublishingCheck | undefined;
  let check: IncidentsCheck | undefined;
  const beginPublishing = (alerts: Outputs['alerts']) => {
    const around = { marks: marks.incidents, complete, ...kept.publishing };
    return createPublishingCheck({ ...around, alertLows, alerts, hourlyShare, findings });
  };
  const begin = (incidents: Outputs['incidents']) =>
    createIncidentsCheck({ marks: marks.verdicts, complete, ...kept.incidents, incidentLows, incidents, findings });
  const outputs = await readOutputs({
    ...{ broker, topics, lows, withAlerts, maxIds, findings, onRecord, signal, verdictPartitions },
    onIncident(position, record, alerts) {
      publishing ??= beginPublishing(alerts);
      publishing.meet(position, record);
    },
    onVerdict(position, verdict, incidents) {
      if (!withAlerts) return;
      check ??= begin(incidents);
      check.meet(position, verdict);
    },
  });
  if (withAlerts) {
    publishing ??= beginPublishing(outputs.alerts);
    check ??= begin(outputs.incidents);
  }
  return { outputs, incidents: check, publishing };
}

async function replayInputs(verification: Verification): Promise<Replayed> {
  const { options, marks, outputs, kept, comparison, acked } = verification;
  const { broker, topics, templates, signal } = options;
  const replay = createReplay({ templates: createTemplateCache({ store: templates }), system: outputs.system });
  const partitions = new Map<number, VerifiedPartition>();
  if (options.scorer === false) return { records: 0, batches: 0, partitions };
  const marksOf = new Map(marks.inputs.map((each) => [each.partition, each]));
  let records = 0;
  let batches = 0;

  function begin(partition: number, firstOffset: number): VerifiedPartition {
    const replayed = beginPartition(kept.initial.get(partition), firstOffset);
    const beside = kept.stored.get(partition);
    for (const restored of replayed.all()) beside?.afterWrite(restored, () => storedBytesOf(restored));
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
    const verified = partitions.get(partition) ?? begin(partition, offset);
    verified.lastOffset = offset;
    const { outcome, wrote } = await replay.step(verified.replayed, record);
    if (wrote !== undefined) verified.stored?.afterWrite(wrote, () => storedBytesOf(wrote));
    comparison.compare(record, outcome, verified.dueOffset);
    acked?.meet(record, outcome.kind === 'dead-letter' ? 'unreadable' : batchOf(outcome));
    records += 1;
    if (batchOf(outcome) !== undefined) batches += 1;
    onRecord();
  }
  signal?.throwIfAborted();
  for (const { partition, highOffset } of marks.inputs) {
    if (!partitions.has(partition)) begin(partition, highOffset);
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
      const detail = 'device' in id ? 'the acknowledged batch is not there' : 'no record of the log is there';
      if (offset >= first) findings.add('acked-not-in-log', { topic, partition, offset }, detail);
    } else if (whole) {
      const detail = `no batch of the log has the acknowledged device, session and sequence ${id.sequence}`;
      findings.add('acked-not-in-log', { topic, partition: -1, offset: -1 }, detail);
    }
  }
}

function comparedOf({ stored }: KeptStates): number {
  return [...stored.values()].reduce((sum, each) => sum + each.compared(), 0);
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
