import { join } from 'node:path';
import { openRecordings } from '../recordings/open-recordings.ts';
import { type RecordingName, type Recordings, RecordingsMalformed } from '../recordings/recordings.ts';
import { loadTyping, type TypingSubject } from './typing-recordings.ts';

/** Whose typing plays which part. No template is made of anything that its owner’s impostors typed. */
export interface FreeTextSets {
  /** Owners and, for each other, impostors. */
  judged: readonly TypingSubject[];
  /** Lend their typing to the background; empty where there is nobody. */
  background: readonly TypingSubject[];
  /** The constants of the one-class models are measured on them. */
  others: readonly TypingSubject[];
  /** Whether judged people and background were recorded with one numbering of keys. */
  keysShared: boolean;
  notes: readonly string[];
}

/** Of the Aalto people so many are judged, fewer where that would be more than half of them. */
const mostJudged = 200;

/** How many people are read. */
export interface FreeTextSize {
  /** Of the Villani set, judged or lending constants. */
  villani: number;
  /** Of the Aalto set, in all. */
  aalto: number;
}

async function opened(datasets: string, name: RecordingName): Promise<Recordings | undefined> {
  const outcome = await openRecordings(join(datasets, name));
  if (outcome.ok) return outcome.value;
  if (outcome.reason === 'absent') return undefined;
  throw new RecordingsMalformed(outcome.detail);
}

async function judgedFrom(datasets: string, name: RecordingName, most: number) {
  const recordings = await opened(datasets, name);
  const subjects = recordings === undefined ? [] : await loadTyping(recordings, most);
  if (recordings === undefined || subjects.length < 2) {
    throw new RecordingsMalformed(`${name} holds fewer than two people with typing to learn from and to judge`);
  }
  return { subjects, timerResolutionMs: recordings.timerResolutionMs };
}

function divided(aalto: readonly TypingSubject[]): { judged: TypingSubject[]; background: TypingSubject[] } {
  const count = Math.min(mostJudged, Math.floor(aalto.length / 2));
  return { judged: aalto.slice(0, count), background: aalto.slice(count) };
}

/** Villani's people are judged; Aalto's, where they are there, lend background and constants. */
export async function villaniSets(datasets: string, size: FreeTextSize): Promise<FreeTextSets> {
  const { subjects: judged, timerResolutionMs } = await judgedFrom(datasets, 'villani-freetext', size.villani);
  const recordings = await opened(datasets, 'aalto-136m-sample');
  if (recordings === undefined) {
    const notes = [
      'aalto-136m-sample is not here: no cohort mode, and the constants of the one-class models come from the judged people themselves.',
    ];
    return { judged, background: [], others: judged, keysShared: false, notes };
  }
  const { background } = divided(await loadTyping(recordings, size.aalto, timerResolutionMs));
  const notes = [
    `Background: ${background.length} people of aalto-136m-sample, stamped anew as a clock of ${timerResolutionMs} ms would have. Constants of the one-class models: also from there.`,
  ];
  return { judged, background, others: background, keysShared: false, notes };
}

/** Of Aalto's people the first are judged and the others lend the background; Villani's, where there, lend constants. */
export async function aaltoSets(datasets: string, size: FreeTextSize): Promise<FreeTextSets> {
  const { subjects: aalto } = await judgedFrom(datasets, 'aalto-136m-sample', size.aalto);
  const { judged, background } = divided(aalto);
  const recordings = await opened(datasets, 'villani-freetext');
  const villani = recordings === undefined ? undefined : await loadTyping(recordings, size.villani);
  const others = villani ?? background;
  const from = villani === undefined ? 'the background people' : `${others.length} people of villani-freetext`;
  const notes = [
    `Background: ${background.length} other people of the same set. Constants of the one-class models: from ${from}.`,
  ];
  return { judged, background, others, keysShared: true, notes };
}
