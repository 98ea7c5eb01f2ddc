import type { ChartSpec } from './render-chart.ts';

/** A chart of the report with its numbers beside it. */
export interface ReportSection {
  /** Unique on the page: letters, digits and hyphens. */
  id: string;
  title: string;
  /** What the chart shows and how to read it, in a sentence or two. */
  explanation: string;
  charts: readonly { heading: string; spec: ChartSpec }[];
  /** The same numbers, for who reads no charts. */
  table: { head: readonly string[]; rows: readonly (readonly string[])[] };
}

/** A share as people read it, in percent. */
export function percent(share: number): string {
  const value = share * 100;
  return Number.isFinite(value) ? `${value.toFixed(value !== 0 && Math.abs(value) < 1 ? 2 : 1)} %` : '-';
}

/** A number as people read it: four digits. */
export function inFigures(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(4))) : '-';
}
