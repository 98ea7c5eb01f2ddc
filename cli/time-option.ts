import { InvalidArgumentError } from 'commander';

const dayMs = 86_400_000;
const unitMs: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: dayMs };

/** Parses a point in time for a commander option: ISO 8601, or so long ago (`90s`, `30m`, `2h`, `7d`). In ms since 1970. */
export function pointInTime(nowMs: () => number = Date.now) {
  return (text: string): number => {
    const ago = /^(\d{1,9})([smhd])$/.exec(text);
    if (ago !== null) return nowMs() - Number(ago[1]) * (unitMs[ago[2] ?? ''] ?? 0);
    const atMs = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
    if (Number.isNaN(atMs))
      throw new InvalidArgumentError('must be a time such as 2026-11-20T08:00:00Z, or 2h ago as `2h`');
    return atMs;
  };
}

/** Parses a length of time for a commander option: `90s`, `30m`, `12h`, `7d`; at most `mostMs`. In ms. */
export function lengthOfTime(mostMs: number) {
  return (text: string): number => {
    const [, count, unit = ''] = /^([1-9]\d{0,8})([smhd])$/.exec(text) ?? [];
    const ms = Number(count) * (unitMs[unit] ?? 0);
    if (count === undefined || ms > mostMs) {
      throw new InvalidArgumentError(`must be a length of time such as 12h or 7d, at most ${mostMs / dayMs}d`);
    }
    return ms;
  };
}
