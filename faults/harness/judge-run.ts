import { RedisStateStore } from '../../platform/store/redis-state-store.ts';
import type { AckedId } from '../../verifier/acked-ids.ts';
import type { VerifyReport } from '../../verifier/verify-report.ts';
import { verifyRun } from '../../verifier/verify-run.ts';
import type { FaultRun } from './fault-run.ts';

/** What the independent replay of a run's log came to. */
export interface RunJudgement
  extends Pick<VerifyReport, 'verdicts' | 'lost' | 'duplicatedIds' | 'differingBytes' | 'reordered' | 'ok'> {
  acked: number;
  /** Inputs, of scorer and alerting, of which bytes could not be recomputed. */
  unverifiable: number;
  /** Inputs that were handled without a template that had been activated, whether it can be read now or not. */
  templatesUnused: number;
  /** States, fences and templates that are not those of the replay: somebody wrote who must not, or what was old. */
  staleAccepted: number;
  /** Everything that was found. */
  report: Pick<VerifyReport, 'findings'>;
}

/** Has a run that has come to rest judged: its topics and its states. Rejects where a server does not answer. */
export async function judgeRun(run: FaultRun): Promise<RunJudgement> {
  const { cluster, topics, groups, templates, acked, input, tenant } = run;
  const ackedIds = acked.all().map(({ position, device, session, sequence }): AckedId => {
    const identity = { tenant, device, session, sequence };
    return position === undefined ? identity : { partition: position.partition, offset: position.offset, ...identity };
  });
  const report = await verifyRun({
    ...{ broker: input.whole, topics, groups, templates, ackedIds, settled: true },
    states: new RedisStateStore(cluster.redisConnection),
  });
  const { deadLetters, incidents, alerts } = report;
  return {
    ...{ acked: report.acked ?? 0, verdicts: report.verdicts, lost: report.lost + incidents.missing + alerts.missing },
    duplicatedIds: report.duplicatedIds,
    differingBytes:
      report.differingBytes + deadLetters.differingBytes + incidents.differingBytes + alerts.differingBytes,
    reordered: report.reordered + report.misplaced,
    unverifiable: report.unverifiable + report.unverifiableIncidents + report.unverifiableAlerts,
    templatesUnused: report.templatesUnused + report.templatesMissing,
    staleAccepted: report.staleTemplates + report.stateDifferences + report.appliedDifferences,
    ok: report.ok,
    report,
  };
}
