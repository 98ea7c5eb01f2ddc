/**
 * The verifier's long proof: seeded batches straight to a real Kafka, two scorers that are killed (`kill -9`) and started
 * again while there is work, and then every verdict, state, dead letter and alert recomputed. Runs the built program.
 * Without flags: 100,000 batches and 20 kills. `--json` prints the report alone; ends with 1 where
 * anything differs.
 */
import { parseArgs } from 'node:util';
import { clientNamed } from './client-named.ts';
import { runLong } from './long-run/run-long.ts';

const { values: flags } = parseArgs({
  options: {
    batches: { type: 'string', default: '100000' },
    kills: { type: 'string', default: '20' },
    subjects: { type: 'string', default: '600' },
    seed: { type: 'string', default: '1' },
    client: { type: 'string', default: 'kafkajs' },
    json: { type: 'boolean', default: false },
  },
});

function wholeNumber(name: 'batches' | 'kills' | 'subjects' | 'seed'): number {
  const value = Number(flags[name]);
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(`--${name} must be a whole number`);
  return value;
}

const report = await runLong({
  batches: wholeNumber('batches'),
  kills: wholeNumber('kills'),
  subjects: wholeNumber('subjects'),
  seed: wholeNumber('seed'),
  client: clientNamed(flags.client),
  tell: (words) => {
    if (!flags.json) process.stderr.write(`${words}\n`);
  },
});
process.stdout.write(`${JSON.stringify(report, undefined, flags.json ? undefined : 2)}\n`);
process.exitCode = report.verified.ok && report.verified.complete ? 0 : 1;
