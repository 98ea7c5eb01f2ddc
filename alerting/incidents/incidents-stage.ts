import type { Logger } from '../../platform/log.ts';
import type { KeyedStage } from '../../platform/stage/keyed-stage.ts';
import { createDeadLetterCodec, deadLetterOf } from '../../schemas/dead-letter.ts';
import type { IncidentRevision } from '../../schemas/incident.ts';
import { createIncidentTopicCodec } from '../../schemas/incident-topic.ts';
import { createVerdictReader } from '../verdict-reader.ts';
import { advanceIncidents } from './advance-incidents.ts';
import { decodeIncidents, encodeIncidents } from './incident-bytes.ts';
import type { IncidentMetrics } from './incident-metrics.ts';
import type { SubjectIncidents } from './subject-incidents.ts';

/** What the stage is given. */
export interface IncidentsStageDependencies {
  topics: { verdicts: string; incidents: string; deadLetters: string };
  group: string;
  metrics: IncidentMetrics;
  log: Logger;
}

/** Part of the keys of stored states and of dead letters: it stays what it was before there were incidents. */
const stageName = 'alerting';

/** The tenant is part of the key: even where two tenants come to the same pseudonym, their incidents stay apart. */
function incidentsKey({ tenant, subject }: { tenant: string; subject: string }): string {
  return `${subject}:${tenant}`;
}

/** Verdicts in, revisions of incidents out. */
export function createIncidentsStage(dependencies: IncidentsStageDependencies): KeyedStage<SubjectIncidents> {
  const { topics, group, metrics, log } = dependencies;
  const read = createVerdictReader();
  const incidents = createIncidentTopicCodec();
  const deadLetters = createDeadLetterCodec();

  function countRevision({ state, severity, pattern, ...revision }: IncidentRevision): void {
    metrics.revisions.inc({ state, severity, pattern });
    const { incidentId, revision: number, closedBecause, reopenings } = revision;
    const about = { incidentId, revision: number, severity, pattern };
    if (state === 'open') log.info({ ...about, reopenings }, 'incident opened');
    if (state === 'closed') log.info({ ...about, closedBecause }, 'incident closed');
  }

  return {
    name: stageName,
    group,
    inputTopic: topics.verdicts,
    keysOf(record) {
      const found = read(record);
      return found.ok ? [incidentsKey(found.verdict)] : [];
    },
    decodeState: decodeIncidents,
    encodeState: encodeIncidents,
    step(record, states) {
      const found = read(record);
      if (!found.ok) return { kind: 'dead-letter', reason: found.reason, detail: found.detail };
      const { verdict } = found;
      if (verdict.decision !== 'undecided') metrics.risks.observe(verdict.risk / 100);
      const key = incidentsKey(verdict);
      const before = states.get(key);
      const { state, revisions, unknownRulings } = advanceIncidents(before, verdict);
      // Most verdicts change nothing: no write to the store for them.
      if (state !== before) states.set(key, state);
      if (unknownRulings > 0) metrics.unknownRulings.inc(unknownRulings);
      for (const revision of revisions) countRevision(revision);
      return {
        kind: 'emit',
        records: revisions.map((value) => ({
          topic: topics.incidents,
          key: record.key,
          value: incidents.encode({ kind: 'incident', value }),
        })),
      };
    },
    deadLetter(record, reason, detail) {
      const found = read(record);
      const tenant = found.ok ? found.verdict.tenant : found.tenant;
      const letter = deadLetterOf(record, { stage: stageName, reason, detail, tenant });
      return { topic: topics.deadLetters, key: record.key, value: deadLetters.encode(letter) };
    },
  };
}
