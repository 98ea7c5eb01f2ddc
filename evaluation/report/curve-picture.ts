import type { Curve } from '../suites/suite.ts';
import { curveSpec } from './curve-section.ts';
import { renderChart } from './render-chart.ts';

/** A curve as an SVG file of its own, dark on white, for a page that cannot hold the drawing itself. */
export async function curvePicture(curve: Curve): Promise<string> {
  const { title, xLabel, yLabel } = curve;
  const svg = await renderChart(curveSpec(curve), { id: curve.id, title, description: `${yLabel} over ${xLabel}` });
  return `${svg.replace('<svg ', '<svg xmlns="http://www.w3.org/2000/svg" color="#1b1b1b" ').replace('style="', 'style="background:#fff;')}\n`;
}
