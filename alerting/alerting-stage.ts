import type { Logger } from '../platform/log.ts';
import type { KeyedStage } from '../platform/stage/keyed-stage.ts';
import { createDeadLetterCodec, deadLetterOf } from '../schemas/dead-letter.ts';
import { alertLine } from './alert-line.ts';
import type { AlertingMetrics } from './alerting-metrics.ts';
import { ecsAlert } from './ecs-alert.ts';
import { advanceEpisodes, type EpisodeState } from './episode.ts';
import { decodeEpisodes, encodeEpisodes } from './episode-bytes.ts';
import { severityOf } from './severity.ts';
import { createVerdictReader } from './verdict-reader.ts';

export interface AlertingDependencies {
  topics: { verdicts: string; alerts: string; deadLetters: string };
  group: string;
  metrics: AlertingMetrics;
  log: Logger;
}

/** The tenant is part of the key: even where two tenants come to the same pseudonym, their episodes stay apart. */
function episodesKey({ tenant, subject }: { tenant: string; subject: string }): string {
  return `${subject}:${tenant}`;
}

/** Verdicts in, one alert per episode out. */
export function createAlertingStage(dependencies: AlertingDependencies): KeyedStage<EpisodeState> {
  const { topics, group, metrics, log } = dependencies;
  const read = createVerdictReader();
  const deadLetters = createDeadLetterCodec();
  return {
    name: 'alerting',
    group,
    inputTopic: topics.verdicts,
    keysOf(record) {
      const found = read(record);
      return found.ok ? [episodesKey(found.verdict)] : [];
    },
    decodeState: decodeEpisodes,
    encodeState: encodeEpisodes,
    step(record, states) {
      const found = read(record);
      if (!found.ok) return { kind: 'dead-letter', reason: found.reason, detail: found.detail };
      const { verdict } = found;
      if (verdict.decision !== 'undecided') metrics.risks.observe(verdict.risk / 100);
      const key = episodesKey(verdict);
      const before = states.get(key);
      const { state, opened } = advanceEpisodes(before, verdict);
      // Most verdicts change nothing: no write to the store for them.
      if (state !== before) states.set(key, state);
      if (opened === undefined) return { kind: 'emit', records: [] };
      const severity = severityOf(verdict.risk);
      metrics.alerts.inc({ severity, rule: opened.family });
      log.info({ alertId: opened.alertId, severity, rule: opened.family }, 'alert opened');
      const value = alertLine(ecsAlert(opened, verdict));
      return { kind: 'emit', records: [{ topic: topics.alerts, key: record.key, value }] };
    },
    deadLetter(record, reason, detail) {
      const found = read(record);
      const tenant = found.ok ? found.verdict.tenant : found.tenant;
      const letter = deadLetterOf(record, { stage: 'alerting', reason, detail, tenant });
      return { topic: topics.deadLetters, key: record.key, value: deadLetters.encode(letter) };
    },
  };
}
