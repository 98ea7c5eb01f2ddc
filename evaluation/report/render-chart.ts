import { parse, View } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';
import { escaped } from './html.ts';

/** A chart in Vega-Lite's grammar. */
export type ChartSpec = TopLevelSpec;

/** What is said of a chart to who does not see it. */
export interface ChartWords {
  /** Unique on its page: letters, digits and hyphens. */
  id: string;
  title: string;
  description: string;
}

const ink = 'currentColor';
const config = {
  aria: false,
  background: 'transparent',
  font: 'system-ui, sans-serif',
  view: { stroke: null },
  axis: {
    labelColor: ink,
    titleColor: ink,
    domainColor: ink,
    tickColor: ink,
    gridColor: ink,
    gridOpacity: 0.13,
    labelFontSize: 12,
    titleFontSize: 12,
    titleFontWeight: 600,
    titlePadding: 8,
    labelLimit: 400,
  },
  legend: {
    labelColor: ink,
    titleColor: ink,
    labelFontSize: 12,
    labelLimit: 640,
    symbolSize: 120,
    symbolStrokeWidth: 2.5,
  },
} as const;

/**
 * Draws a chart as inline SVG: no script, no network, text escaped, title and description inside. The same input gives the
 * same bytes: coordinates are rounded to a hundredth of a pixel.
 */
export async function renderChart(spec: ChartSpec, { id, title, description }: ChartWords): Promise<string> {
  const view = new View(parse(compile({ ...spec, config } as TopLevelSpec).spec), { renderer: 'none' });
  try {
    const svg = (await view.toSVG()).replace(/<[^>]*>/g, plainTag);
    const [, width = '', height = ''] = /viewBox="0 0 (\S+) (\S+)"/.exec(svg) ?? [];
    const head = `<svg class="chart" role="img" aria-labelledby="${id}-title ${id}-desc" viewBox="0 0 ${width} ${height}" style="max-width:${width}px">`;
    const words = `<title id="${id}-title">${escaped(title)}</title><desc id="${id}-desc">${escaped(description)}</desc>`;
    return svg.replace(/^<svg[^>]*>/, () => `${head}${words}`);
  } finally {
    view.finalize();
  }
}

/** A tag without what only scripts and other renderers need, and with numbers that are not longer than they are precise. */
function plainTag(tag: string): string {
  return tag
    .replace(/ (role|class|aria-[a-z]+|pointer-events)="[^"]*"/g, '')
    .replace(/-?\d+\.\d{3,}(e-?\d+)?/g, (number) => String(Number(Number(number).toFixed(2))));
}
