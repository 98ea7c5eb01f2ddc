import { join } from 'node:path';
import { runBalabit } from '../pointer/balabit-run.ts';
import { runSapimouse } from '../pointer/sapimouse-run.ts';
import { type OpenOutcome, openRecordings } from '../recordings/open-recordings.ts';
import { type Recordings, RecordingsMalformed } from '../recordings/recordings.ts';
import type { SuiteContext, SuiteResult } from './suite.ts';

function opened(outcome: OpenOutcome): Recordings {
  if (!outcome.ok) throw new RecordingsMalformed(outcome.detail);
  return outcome.value;
}

/** A set that a figure is left out without. */
async function openIfThere(directory: string): Promise<Recordings | undefined> {
  const outcome = await openRecordings(directory);
  return outcome.ok ? outcome.value : undefined;
}

/** Remote-desktop accounts with labelled sessions of somebody else (Balabit 2016). Throws where the set is absent. */
export async function runBalabitSuite(context: SuiteContext): Promise<SuiteResult> {
  const recordings = opened(await openRecordings(join(context.datasets, 'balabit')));
  return runBalabit(recordings, await openIfThere(join(context.datasets, 'sapimouse')), context);
}

/** The same web game by many people (SapiMouse 2020), by seconds of mouse. Throws where the set is absent. */
export async function runSapimouseSuite(context: SuiteContext): Promise<SuiteResult> {
  const recordings = opened(await openRecordings(join(context.datasets, 'sapimouse')));
  return runSapimouse(recordings, await openIfThere(join(context.datasets, 'balabit')), context);
}
