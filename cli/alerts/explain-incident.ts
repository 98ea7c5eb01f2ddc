import type { ModalityJudgement, Verdict } from '../../detection/words/verdict.ts';
import type { Broker } from '../../platform/broker/broker.ts';
import { partitionOfKey } from '../../platform/broker/partition-chooser.ts';
import { exitCodes } from '../../platform/exit-codes.ts';
import type { IncidentRevision } from '../../schemas/incident.ts';
import type { TopicNames } from '../../schemas/topic-names.ts';
import { createVerdictCodec } from '../../schemas/verdict.ts';
import { Refusal } from '../config-options.ts';
import { readIncidents } from '../incidents/read-incidents.ts';

/** What is read, and who hears how far it has come. */
export interface ExplainOptions {
  broker: Pick<Broker, 'read' | 'offsets'>;
  topics: TopicNames;
  onStep?: (step: 'incidents' | 'alerts' | 'verdicts', records: number) => void;
}

/** A verdict of the chain, without its vectors. */
export interface ExplainedVerdict extends Omit<Verdict, 'modalities'> {
  modalities: Omit<ModalityJudgement, 'vector'>[];
}

/** One revision with what led to it. */
export interface ExplainedRevision {
  revision: IncidentRevision;
  /** The verdict that made it; `undefined` where the topic holds it no more. */
  verdict: ExplainedVerdict | undefined;
}

/** The whole chain of an incident. */
export interface ExplainedIncident {
  incidentId: string;
  /** Whose id was asked for. */
  found: 'incident' | 'verdict' | 'alert';
  revisions: ExplainedRevision[];
  opening: ExplainedVerdict | undefined;
  /** Verdicts of the subject's device while it was open. */
  verdictsMeanwhile: number;
  /** Verdicts of the chain that retention has taken. */
  missingVerdicts: number;
}

/** Revisions looked at; no incident has nearly as many. */
const maxRevisions = 10_000;

/**
 * Follows an incident back to the verdicts, features and template that led to it, by the id of the incident, of one of its
 * verdicts or of an alert of it on the ECS topic. @throws Refusal where nothing has that id
 */
export async function explainIncident(id: string, options: ExplainOptions): Promise<ExplainedIncident> {
  const direct = await revisionsOf(id, options);
  const [found, revisions] = direct ?? (await revisionsOfAlert(id, options)) ?? [];
  const first = revisions?.[0];
  if (found === undefined || revisions === undefined || first === undefined) {
    throw new Refusal(
      `nothing has the id ${id}: no incident, no verdict that made one, no alert\n  fix: take it from the alert; what is older than the retention of ${options.topics.incidents} (100 d as delivered) is gone`,
      exitCodes.usage,
    );
  }
  const ids = new Set(revisions.flatMap(({ verdictId, openingVerdictId }) => [verdictId, openingVerdictId]));
  const { chain, meanwhile } = await verdictsOf(revisions, ids, options);
  return {
    incidentId: first.incidentId,
    found,
    revisions: revisions.map((revision) => ({ revision, verdict: chain.get(revision.verdictId) })),
    opening: chain.get(first.openingVerdictId),
    verdictsMeanwhile: meanwhile,
    missingVerdicts: ids.size - chain.size,
  };
}

/** Revisions of the incident that has the id, or one of whose revisions a verdict of the id made; each once, in order. */
async function revisionsOf(
  id: string,
  { broker, topics, onStep }: ExplainOptions,
): Promise<['incident' | 'verdict', IncidentRevision[]] | undefined> {
  const topic = topics.incidents;
  let incidentId: string | undefined;
  const matching = new Map<number, IncidentRevision>();
  const read = () => readIncidents({ broker, topic, onRead: (records) => onStep?.('incidents', records) });
  for await (const record of read()) {
    if (record.kind !== 'incident') continue;
    const { value } = record;
    if (value.incidentId === id && matching.size < maxRevisions) matching.set(value.revision, value);
    if (value.verdictId === id || value.openingVerdictId === id) incidentId ??= value.incidentId;
  }
  if (matching.size > 0) return ['incident', inOrder(matching)];
  if (incidentId === undefined) return undefined;
  const ofVerdict = await revisionsOf(incidentId, { broker, topics });
  return ofVerdict === undefined ? undefined : ['verdict', ofVerdict[1]];
}

async function revisionsOfAlert(
  id: string,
  options: ExplainOptions,
): Promise<['alert', IncidentRevision[]] | undefined> {
  const { broker, topics, onStep } = options;
  let records = 0;
  for await (const { value } of broker.read({ topic: topics.alerts, from: 'earliest', until: 'end' })) {
    records += 1;
    onStep?.('alerts', records);
    const incidentId = value?.includes(id) === true ? incidentOfAlert(value, id) : undefined;
    if (incidentId === undefined) continue;
    const found = await revisionsOf(incidentId, options);
    return found === undefined ? undefined : ['alert', found[1]];
  }
  return undefined;
}

function incidentOfAlert(line: Buffer, id: string): string | undefined {
  try {
    const document = JSON.parse(line.toString('utf8')) as {
      event?: { id?: unknown };
      gaitkeeper?: { alert?: { id?: unknown } };
    };
    const incidentId = document.gaitkeeper?.alert?.id;
    return document.event?.id === id && typeof incidentId === 'string' ? incidentId : undefined;
  } catch {
    return undefined;
  }
}

function inOrder(revisions: ReadonlyMap<number, IncidentRevision>): IncidentRevision[] {
  return [...revisions.values()].sort((a, b) => a.revision - b.revision);
}

/** The verdicts of the chain, and how many the device got meanwhile: in the one partition where the subject's stand. */
async function verdictsOf(
  revisions: readonly IncidentRevision[],
  ids: ReadonlySet<string>,
  { broker, topics, onStep }: ExplainOptions,
): Promise<{ chain: Map<string, ExplainedVerdict>; meanwhile: number }> {
  const [first, last] = [revisions[0] as IncidentRevision, revisions.at(-1) as IncidentRevision];
  const topic = topics.verdicts;
  const partition = partitionOfKey(Buffer.from(first.subject), (await broker.offsets(topic)).length);
  const codec = createVerdictCodec();
  const chain = new Map<string, ExplainedVerdict>();
  const meanwhile = new Set<string>();
  let records = 0;
  for await (const { value } of broker.read({ topic, partition, from: 'earliest', until: 'end' })) {
    records += 1;
    onStep?.('verdicts', records);
    const read = codec.decode(value);
    if (!read.ok || read.value.subject !== first.subject || read.value.tenant !== first.tenant) continue;
    const { verdictId, device, receivedAtMs } = read.value;
    if (ids.has(verdictId)) chain.set(verdictId, withoutVectors(read.value));
    const isMeanwhile = receivedAtMs >= first.startedAtMs && receivedAtMs <= last.atMs;
    if (device === first.device && isMeanwhile) meanwhile.add(verdictId);
  }
  return { chain, meanwhile: meanwhile.size };
}

function withoutVectors({ modalities, ...verdict }: Verdict): ExplainedVerdict {
  return { ...verdict, modalities: modalities.map(({ vector: _, ...judgement }) => judgement) };
}
