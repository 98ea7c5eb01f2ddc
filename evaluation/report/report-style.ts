import { seriesColours } from './palette.ts';

const darkSeries = seriesColours
  .map(({ light, dark }) => `[stroke="${light}"]{stroke:${dark}}[fill="${light}"]{fill:${dark}}`)
  .join('');

/** The style sheet of a report: no font, image or sheet from elsewhere; light or dark as the reader prefers; fit to print. */
export const reportStyle = `
:root{color-scheme:light dark;--ink:#1b2430;--soft:#55606e;--page:#fbfbfa;--card:#fff;--line:#dde1e6;--good:#0b6b3a;--short:#a33a00}
@media (prefers-color-scheme:dark){:root{--ink:#e6e9ee;--soft:#a4adba;--page:#14181d;--card:#1b2027;--line:#343c47;--good:#5fd39a;--short:#ffab70}${darkSeries}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);font:16px/1.55 system-ui,sans-serif}
main{max-width:1080px;margin:0 auto;padding:2.5rem 1.25rem 4rem}
h1{font-size:1.9rem;line-height:1.2;margin:0 0 .3rem}
h2{font-size:1.3rem;margin:0 0 .3rem}
h3{font-size:1rem;margin:0 0 .5rem;font-weight:600;overflow-wrap:anywhere}
p{max-width:70ch}
.meta,.explanation{color:var(--soft);margin:.2rem 0 1rem}
nav ul{list-style:none;display:flex;flex-wrap:wrap;gap:.3rem 1.1rem;padding:0;margin:1rem 0 0}
a{color:inherit;text-underline-offset:.2em}
a:focus-visible,summary:focus-visible,.wide:focus-visible{outline:3px solid currentColor;outline-offset:2px}
section{margin-top:2.5rem;padding-top:1.5rem;border-top:1px solid var(--line)}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,440px),1fr));gap:1.25rem}
figure{margin:0;padding:1rem;background:var(--card);border:1px solid var(--line);border-radius:8px;min-width:0}
.chart{display:block;width:100%;height:auto}
details{margin-top:1rem}
summary{cursor:pointer;color:var(--soft)}
.wide{overflow-x:auto}
table{border-collapse:collapse;font-size:.9rem;font-variant-numeric:tabular-nums;margin:.6rem 0}
caption{text-align:left;color:var(--soft);padding-bottom:.3rem}
th,td{padding:.3rem .8rem .3rem 0;border-bottom:1px solid var(--line);text-align:right;white-space:nowrap}
th[scope=row],thead th:first-child{text-align:left;font-weight:400;white-space:normal}
thead th{font-weight:600;vertical-align:bottom}
.ok{color:var(--good);font-weight:600}.short{color:var(--short);font-weight:600}
@media print{section{break-inside:avoid}details{display:none}}
`;
