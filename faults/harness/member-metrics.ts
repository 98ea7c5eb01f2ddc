import type { FleetMember } from '../processes/process-fleet.ts';

/** What a process says of itself, by metric with its labels as it is written. */
export interface MemberMetrics {
  /** Over all series of a metric that have these labels. */
  sum(name: string, labels?: Readonly<Record<string, string>>): number;
  /** The values of one label over all series of a metric. */
  labelValues(name: string, label: string): string[];
}

const answerWithinMs = 5_000;

/** Asks the admin server of a member. Rejects where it does not answer. */
export async function metricsOf({ adminUrl }: Pick<FleetMember, 'adminUrl'>): Promise<MemberMetrics> {
  const answer = await fetch(`${adminUrl}/metrics`, { signal: AbortSignal.timeout(answerWithinMs) });
  return readMetrics(await answer.text());
}

/** Prometheus' text format. */
export function readMetrics(text: string): MemberMetrics {
  const series = text.split('\n').flatMap((line) => {
    const found = /^([a-z_]+)(?:\{(.*)\})? (\S+)$/.exec(line);
    if (found === null) return [];
    const labels = new Map(
      [...(found[2] ?? '').matchAll(/(\w+)="([^"]*)"/g)].map(([, label, value]) => [label, value]),
    );
    return [{ name: found[1], labels, value: Number(found[3]) }];
  });
  return {
    sum: (wanted, labels = {}) =>
      series
        .filter(
          ({ name, labels: own }) => name === wanted && Object.entries(labels).every(([l, v]) => own.get(l) === v),
        )
        .reduce((sum, { value }) => sum + value, 0),
    labelValues: (wanted, label) =>
      series.flatMap(({ name, labels }) => (name === wanted ? [labels.get(label) ?? ''] : [])),
  };
}

/** Partitions of the behaviour topic in which a scorer has worked and which it still has. */
export async function partitionsOf(member: Pick<FleetMember, 'adminUrl'>): Promise<ReadonlySet<number>> {
  return new Set((await metricsOf(member)).labelValues('gaitkeeper_stage_lag_records', 'partition').map(Number));
}
