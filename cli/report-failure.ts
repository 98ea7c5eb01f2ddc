import { CommanderError } from 'commander';
import { RecordingsMalformed } from '../evaluation/recordings/recordings.ts';
import { exitCodes } from '../platform/exit-codes.ts';
import { exitCodeOf } from '../platform/run-until-signal.ts';
import { Refusal } from './config-options.ts';

/** Says what went wrong in a line, or for a defect with its stack, and gives the exit code (sysexits). */
export function reportFailure(error: unknown, stream: NodeJS.WritableStream): number {
  // Commander has said it already; asking for help is no failure.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  if (error instanceof Refusal) {
    stream.write(`gaitkeeper: ${error.message}\n`);
    return error.exitCode;
  }
  if (error instanceof RecordingsMalformed) {
    stream.write(`gaitkeeper: ${error.message}\n`);
    return exitCodes.usage;
  }
  const code = exitCodeOf(error);
  const message = error instanceof Error ? error.message : String(error);
  const stack = error instanceof Error && code === exitCodes.software ? `\n${error.stack ?? ''}` : '';
  stream.write(`gaitkeeper: ${message}${stack}\n`);
  return code;
}
