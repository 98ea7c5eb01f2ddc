import { type Assessed, figureInWords, standingInWords } from '../suites/assessment.ts';
import { numbersIn } from '../suites/figure-paths.ts';
import type { Curve, SuiteResult } from '../suites/suite.ts';
import { curveIds, curveSection, titles } from './curve-section.ts';
import { detSection } from './det-section.ts';
import { histogramSection } from './histogram-section.ts';
import { escaped, htmlTable } from './html.ts';
import { renderChart } from './render-chart.ts';
import type { ReportSection } from './report-section.ts';
import { reportStyle } from './report-style.ts';
import type { ScoreSummary } from './score-summary.ts';
import { userSpreadSection } from './user-spread-section.ts';

/** A suite's result with what is needed to repeat it. */
export interface Evaluated {
  result: SuiteResult;
  /** What the suite asks, in a line. */
  summary: string;
  assessed: readonly Assessed[];
  form: 'full' | 'short';
  seeds: readonly number[];
  backend: string;
}

/**
 * The report of one suite, and of its score sets, as one HTML file that needs nothing else: no script, no network, charts as inline SVG. The same
 * result gives the same bytes, so it holds no date.
 */
export async function reportPage(
  { result, summary, form, seeds, backend, assessed }: Evaluated,
  summaries: readonly ScoreSummary[],
): Promise<string> {
  const sections = sectionsOf(result.curves, summaries);
  const absent = curveIds.filter((id) => !sections.some((section) => section.id === id)).map((id) => titles[id]);
  const drawn: string[] = [];
  for (const section of sections) drawn.push(await sectionHtml(section));
  const contents = [...(assessed.length > 0 ? [promised] : []), ...sections, all];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>gaitkeeper: ${escaped(result.suite)}</title>
<style>${reportStyle}</style>
</head>
<body>
<main>
<header>
<h1>${escaped(result.suite)}</h1>
<p>${escaped(summary)}</p>
<p class="meta">${escaped(`${form} form, ${seeds.length === 1 ? 'seed' : 'seeds'} ${seeds.join(', ')}, trained with TensorFlow.js on ${backend}. Repeat: gaitkeeper evaluate --suite ${result.suite}${form === 'short' ? ' --short' : ''} --seeds ${seeds.length}`)}</p>
<nav aria-label="Contents"><ul>${contents.map(({ id, title }) => `<li><a href="#${id}">${escaped(title)}</a></li>`).join('')}</ul></nav>
</header>
${assessed.length > 0 ? promisedHtml(assessed) : ''}
${notesHtml(result.notes)}
${drawn.join('\n')}
<section id="${all.id}">
<h2>${all.title}</h2>
${absent.length > 0 ? `<p class="explanation">Not part of this suite: ${escaped(absent.join(', ').toLowerCase())}.</p>` : ''}
<details><summary>Every number of the suite</summary>
${htmlTable(
  ['figure', 'value'],
  numbersIn(result.figures).map(({ path, value }) => [path, figureInWords(value)]),
  'Names are those of the JSON beside this page',
)}
</details>
</section>
</main>
</body>
</html>
`;
}

const promised = { id: 'promised', title: 'Promised figures' } as const;
const all = { id: 'figures', title: 'All figures' } as const;

function sectionsOf(curves: readonly Curve[], summaries: readonly ScoreSummary[]): ReportSection[] {
  const scored =
    summaries.length > 0 ? [detSection(summaries), histogramSection(summaries), userSpreadSection(summaries)] : [];
  const lines = curveIds.flatMap((id) => {
    const ofKind = curves.filter((curve) => curve.id === id);
    return ofKind.length > 0 ? [curveSection(id, ofKind)] : [];
  });
  return [...scored, ...lines];
}

async function sectionHtml({ id, title, explanation, charts, table }: ReportSection): Promise<string> {
  const figures: string[] = [];
  for (const [i, { heading, spec }] of charts.entries()) {
    const svg = await renderChart(spec, {
      id: `${id}-${i + 1}`,
      title: `${title}: ${heading}`,
      description: explanation,
    });
    figures.push(`<figure><h3>${escaped(heading)}</h3>${svg}</figure>`);
  }
  return `<section id="${id}">
<h2>${escaped(title)}</h2>
<p class="explanation">${escaped(explanation)}</p>
<div class="charts">
${figures.join('\n')}
</div>
<details><summary>The numbers</summary>
${htmlTable(table.head, table.rows, title)}
</details>
</section>`;
}

function promisedHtml(assessed: readonly Assessed[]): string {
  const rows = assessed.map(({ target, measured, reachesLeast, reachesHereFor }) => {
    const standing = (asked: number | null, reached: boolean | null) =>
      `<td${reached === null ? '' : ` class="${reached ? 'ok' : 'short'}"`}>${escaped(standingInWords(asked, reached))}</td>`;
    return `<tr><th scope="row">${escaped(target.meaning)}</th><td>${figureInWords(measured)}</td>${standing(target.least, reachesLeast)}${standing(target.hereFor, reachesHereFor)}</tr>`;
  });
  const head = ['figure', 'measured', 'least', 'here for'].map((cell) => `<th scope="col">${cell}</th>`).join('');
  return `<section id="${promised.id}">
<h2>${promised.title}</h2>
<div class="wide"><table><caption>What was promised, and what was measured</caption><thead><tr>${head}</tr></thead><tbody>${rows.join('\n')}</tbody></table></div>
</section>`;
}

function notesHtml(notes: readonly string[]): string {
  if (notes.length === 0) return '';
  return `<section id="notes">
<h2>What to know</h2>
<ul>${notes.map((note) => `<li>${escaped(note)}</li>`).join('\n')}</ul>
</section>`;
}
