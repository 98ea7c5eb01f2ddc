/**
 * The fault campaign: every row does something to the processes, the servers or the network while batches flow, and then
 * has what came out judged by a replay of the log. Real Kafka, real Redis, the built command line. Progress goes to
 * standard error, the result to standard output: a table, or with `--json` one line for each row. Exit code 1 where a row failed,
 * or could not be injected and `--allow-missing` was not given.
 */

import { exitCodes } from '../platform/exit-codes.ts';
import { parseCampaignArguments } from './campaign/arguments.ts';
import { inWords, missingLines, type RowReport } from './campaign/report.ts';
import { rows } from './campaign/rows.ts';
import { runCampaign } from './campaign/run-campaign.ts';

const parsed = parseCampaignArguments(process.argv.slice(2), rows);
const tell = (line: string) => process.stderr.write(`${line}\n`);

if (!parsed.ok) {
  tell(parsed.problem);
  process.exitCode = exitCodes.usage;
} else if (parsed.arguments.list) {
  for (const { number, name, title, topology, short, injectable } of parsed.arguments.rows) {
    const can = injectable?.() ?? { ok: true };
    const notes = [topology === 'three' ? 'three nodes' : 'one node', ...(short ? ['short'] : [])];
    if (!can.ok) notes.push(`not injected here: ${can.reason}`);
    process.stdout.write(`${String(number).padStart(2)} ${name.padEnd(20)} ${title} (${notes.join(', ')})\n`);
  }
} else {
  const { json, ...chosen } = parsed.arguments;
  const reports: RowReport[] = [];
  const passed = await runCampaign({
    ...{ ...chosen, env: process.env, tell },
    report(report) {
      reports.push(report);
      if (json) process.stdout.write(`${JSON.stringify(report)}\n`);
    },
  });
  if (json) for (const line of missingLines(reports)) tell(line);
  else process.stdout.write(inWords(reports));
  process.exitCode = passed ? 0 : 1;
}
