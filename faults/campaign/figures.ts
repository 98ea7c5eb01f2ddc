import type { RunJudgement } from '../harness/judge-run.ts';
import type { Row, RowOutcome } from './row.ts';

/** Session timeout of a stage and three seconds. */
export const takeoverWithinMs = 13_000;

/** One row with one seed. */
export interface RunResult {
  seed: number;
  /** `undefined` where it did not come to that: nobody knows what was lost then. */
  judgement: RunJudgement | undefined;
  recoveriesMs: readonly number[];
  /** By the scorers that ran to the end; `undefined` where they could not be asked. */
  fencedWrites: number | undefined;
  figures: Readonly<Record<string, number>>;
  /** Why it did not pass, in words; empty where it did. */
  failures: string[];
  /** Where the details of a failure lie. */
  faultLog?: string;
  seconds: number;
}

/** Nearest-rank percentile of values in any order; `null` of none. */
export function percentile(values: readonly number[], share: number): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? null;
}

/** Why a run did not pass: what was promised and did not hold, and what should have happened and did not. */
export function failuresOf(
  row: Pick<Row, 'takeover'>,
  { recoveriesMs, proofs, breaches = [] }: RowOutcome,
  judgement: RunJudgement | undefined,
): string[] {
  const broken = judgement === undefined ? ['nothing was judged'] : brokenPromises(judgement);
  const idle = proofs.flatMap(({ what, seen, atLeast = 1 }) =>
    seen >= atLeast ? [] : [`the fault had no effect: ${what}: ${seen}, at least ${atLeast} expected`],
  );
  if (proofs.length === 0) idle.push('the row shows nothing that its fault did');
  const p95 = percentile(recoveriesMs, 0.95);
  if (row.takeover === true && p95 === null) idle.push('no take-over was seen');
  const late = row.takeover === true && p95 !== null && p95 > takeoverWithinMs;
  return [...broken, ...idle, ...(late ? [`take-over p95 ${p95} ms, at most ${takeoverWithinMs}`] : []), ...breaches];
}

function brokenPromises(judgement: RunJudgement): string[] {
  const { acked, ok, report } = judgement;
  const promised = ['lost', 'differingBytes', 'reordered', 'staleAccepted', 'unverifiable', 'templatesUnused'] as const;
  const broken = promised.flatMap((name) => (judgement[name] === 0 ? [] : [`${name} is ${judgement[name]}, not 0`]));
  const kinds = new Set(report.findings.map(({ kind }) => kind));
  if (!ok) broken.push(`the replay of the log came to something else: ${[...kinds].join(', ')}`);
  if (acked === 0) broken.push('nothing was acknowledged, so nothing was proved');
  return broken;
}

/**
 * The line of a row over its seeds; `null` for a sum of which a part is not known. Own figures: the largest of each, or the
 * least of those of which more is better.
 */
export function figuresOf({ moreIsBetter = [] }: Pick<Row, 'moreIsBetter'>, results: readonly RunResult[]) {
  const sum = (pick: (result: RunResult) => number | undefined): number | null => {
    const parts = results.map(pick);
    return parts.reduce<number | null>(
      (total, part) => (total === null || part === undefined ? null : total + part),
      0,
    );
  };
  const judged = (name: Exclude<keyof RunJudgement, 'ok' | 'report'>) => sum(({ judgement }) => judgement?.[name]);
  const recoveries = results.flatMap(({ recoveriesMs }) => recoveriesMs);
  const own: Record<string, number> = {};
  for (const { figures } of results) {
    for (const [name, value] of Object.entries(figures)) {
      const worse = moreIsBetter.includes(name) ? Math.min : Math.max;
      own[name] = worse(own[name] ?? value, value);
    }
  }
  return {
    ...own,
    seeds: results.map(({ seed }) => seed),
    acked: judged('acked'),
    verdicts: judged('verdicts'),
    lost: judged('lost'),
    duplicatedIds: judged('duplicatedIds'),
    differingBytes: judged('differingBytes'),
    reordered: judged('reordered'),
    fencedWrites: sum(({ fencedWrites }) => fencedWrites),
    recoveryMsP50: percentile(recoveries, 0.5),
    recoveryMsP95: percentile(recoveries, 0.95),
    staleAccepted: judged('staleAccepted'),
    unverifiable: judged('unverifiable'),
    templatesUnused: judged('templatesUnused'),
  };
}
