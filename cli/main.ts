#!/usr/bin/env node
import { createProgram } from './program.ts';
import { reportFailure } from './report-failure.ts';

/** What still holds the event loop this long after a command is over is left of a cut, and would hold it for minutes. */
const lingerMs = 1_000;

try {
  await createProgram().parseAsync(process.argv);
} catch (error) {
  process.exitCode = reportFailure(error, process.stderr);
}
// Unreferenced: a process that nothing holds has ended before. What is written goes out first.
setTimeout(() => process.stdout.write('', () => process.exit()), lingerMs).unref();
