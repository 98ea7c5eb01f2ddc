import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { reportCsv, reportJson } from './report-data.ts';
import { type Evaluated, reportPage } from './report-page.ts';
import { summarise } from './score-summary.ts';

/** Writes `<suite>.html`, `.json` and `.csv` into a folder, which is made where it is not there; gives their paths. */
export async function writeReport(evaluated: Evaluated, folder: string): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  const path = (ending: string) => join(folder, `${evaluated.result.suite}.${ending}`);
  const summaries = evaluated.result.scoreSets.map(summarise);
  await writeFile(path('html'), await reportPage(evaluated, summaries));
  await writeFile(path('json'), reportJson(evaluated, summaries));
  await writeFile(path('csv'), reportCsv(evaluated, summaries));
  return ['html', 'json', 'csv'].map(path);
}
