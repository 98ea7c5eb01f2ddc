import type { ConsumedRecord } from '../../platform/broker/broker.ts';
import type { SeededRandom } from '../../platform/seeded-random.ts';
import { createBehaviourTopicCodec } from '../../schemas/behaviour-topic.ts';
import { cohortSubject } from '../../schemas/bounds.ts';
import { createDeadLetterCodec, type DeadLetter } from '../../schemas/dead-letter.ts';
import type { IncidentRevision } from '../../schemas/incident.ts';
import { createIncidentTopicCodec } from '../../schemas/incident-topic.ts';
import { createVerdictCodec } from '../../schemas/verdict.ts';
import { createTrueRun, type RunRecords } from './true-run.ts';

const verdicts = createVerdictCodec();
const deadLetters = createDeadLetterCodec();
const incidents = createIncidentTopicCodec();
const behaviour = createBehaviourTopicCodec();

/** Changes one topic's records; they are numbered anew, as a broker would have. Alerting then had the changed verdicts, publishing the changed incidents. */
export function withLog(
  run: RunRecords,
  topic: keyof RunRecords['logs'],
  change: (records: ConsumedRecord[]) => ConsumedRecord[],
): RunRecords {
  const next = new Map<number, number>();
  const changed = change([...run.logs[topic]]).map((record) => {
    const offset = next.get(record.partition) ?? 0;
    next.set(record.partition, offset + 1);
    return { ...record, offset };
  });
  changed.sort((a, b) => a.partition - b.partition || a.offset - b.offset);
  const alertingStates = topic === 'verdicts' ? undefined : run.alertingStates;
  const publishingStates = topic === 'verdicts' || topic === 'incidents' ? undefined : run.publishingStates;
  return { ...run, alertingStates, publishingStates, logs: { ...run.logs, [topic]: changed } };
}

/** The verdict in a record. */
export function verdictIn(record: ConsumedRecord) {
  const decoded = verdicts.decode(record.value);
  if (!decoded.ok) throw new Error(`a verdict cannot be read: ${decoded.detail}`);
  return decoded.value;
}

/** The record with another verdict in it. */
export function withVerdict(record: ConsumedRecord, change: Partial<ReturnType<typeof verdictIn>>): ConsumedRecord {
  return { ...record, value: verdicts.encode({ ...verdictIn(record), ...change }) };
}

/** The revision of an incident in a record. */
export function incidentIn(record: ConsumedRecord): IncidentRevision {
  const decoded = incidents.decode(record.value);
  if (!decoded.ok) throw new Error(`an incident cannot be read: ${decoded.detail}`);
  if (decoded.value.kind !== 'incident') throw new Error(`a ${decoded.value.kind} stands where an incident should`);
  return decoded.value.value;
}

/** The record with another revision in it. */
export function withIncident(record: ConsumedRecord, change: Partial<IncidentRevision>): ConsumedRecord {
  return { ...record, value: incidents.encode({ kind: 'incident', value: { ...incidentIn(record), ...change } }) };
}

/** The record with another dead letter in it. */
export function withLetter(record: ConsumedRecord, change: Partial<DeadLetter>): ConsumedRecord {
  const decoded = deadLetters.decode(record.value);
  if (!decoded.ok) throw new Error(`a dead letter cannot be read: ${decoded.detail}`);
  return { ...record, value: deadLetters.encode({ ...decoded.value, ...change }) };
}

/** The record with one bit of its value turned. */
export function withBitTurned(bytes: Buffer, chance: SeededRandom): Buffer {
  const turned = Buffer.from(bytes);
  const at = chance.integer(turned.length);
  turned[at] = (turned[at] as number) ^ (1 << chance.integer(8));
  return turned;
}

/** A verdict as a scorer gives it that missed an activation: the same id, judged by the template of before. */
export interface StaleVerdict {
  id: string;
  record: ConsumedRecord;
}

/**
 * The real scorer over a log in which one activation of a subject's own template is not there, or names the template of
 * before; its first verdict after that. `undefined` where the log has no such place.
 */
export async function staleVerdict(run: RunRecords, chance: SeededRandom): Promise<StaleVerdict | undefined> {
  const activations = run.logs.behaviour.flatMap((record, index) => {
    const decoded = behaviour.decode(record.value);
    if (!decoded.ok || decoded.value.kind !== 'activation' || decoded.value.value.subject === cohortSubject) return [];
    return [{ record, index, activation: decoded.value.value }];
  });
  for (const { record, index, activation } of chance.shuffled(activations)) {
    const before = activations.findLast(
      (each) =>
        each.record.partition === record.partition &&
        each.index < index &&
        each.activation.subject === activation.subject,
    );
    const stale = await createTrueRun(run.partitions, run.templates);
    const version = before?.activation.version ?? 'd'.repeat(64);
    const value = behaviour.encode({ kind: 'activation', value: { ...activation, version } });
    const log = run.logs.behaviour.map((each, at) => (at === index ? { ...each, value } : each));
    await stale.put(log);
    await stale.work();
    const { logs } = await stale.records();
    const found = logs.verdicts.find((each) => {
      const { source, subject, tenant, templateVersion } = verdictIn(each);
      const same = subject === activation.subject && tenant === activation.tenant;
      return (
        same &&
        source.partition === record.partition &&
        source.offset > record.offset &&
        templateVersion !== activation.version
      );
    });
    if (found === undefined) continue;
    const { verdictId } = verdictIn(found);
    const right = run.logs.verdicts.find((each) => verdictIn(each).verdictId === verdictId);
    // Refused, or taken back before the next batch: then the verdict was right.
    if (right !== undefined && verdictIn(right).templateVersion === activation.version)
      return { id: verdictId, record: found };
  }
  return undefined;
}
