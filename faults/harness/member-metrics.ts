import type { FleetMember } from '../processes/process-fleet.ts';

/** What a process says of itself, by metric with its labels as it is written. */
export interface MemberMetrics {
  /** Over all series of a metric that have these labels; 0 where it has none yet. @throws for a metric that the process does not have */
  sum(name: string, labels?: Readonly<Record<string, string>>): number;
  /** The values of one label over all series of a metric. @throws as `sum` */
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
  const known = new Set(
    [...text.matchAll(/^# TYPE (\S+) (\S+)/gm)].flatMap(([, name, type]) =>
      type === 'histogram' ? [`${name}_sum`, `${name}_count`, `${name}_bucket`] : [name],
    ),
  );
  const seriesOf = (wanted: string) => {
    // A name that nothing has would be counted as 0, as if it had been looked at.
    if (!known.has(wanted))
      throw new RangeError(`the process has no metric ${wanted}: its /metrics names those it has`);
    return series.filter(({ name }) => name === wanted);
  };
  return {
    sum: (wanted, labels = {}) =>
      seriesOf(wanted)
        .filter(({ labels: own }) => Object.entries(labels).every(([label, value]) => own.get(label) === value))
        .reduce((sum, { value }) => sum + value, 0),
    labelValues: (wanted, label) => seriesOf(wanted).map(({ labels }) => labels.get(label) ?? ''),
  };
}

/** Partitions of the behaviour topic in which a scorer has worked and which it still has. */
export async function partitionsOf(member: Pick<FleetMember, 'adminUrl'>): Promise<ReadonlySet<number>> {
  return new Set((await metricsOf(member)).labelValues('gaitkeeper_stage_lag_records', 'partition').map(Number));
}
