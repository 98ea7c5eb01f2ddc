import type { EvidenceRule } from '../../detection/sequential/evidence-rule.ts';
import { createSeededRandom } from '../../platform/seeded-random.ts';
import { type AlarmedStream, caughtWithin, timeToDetect } from '../metrics/time-to-detect.ts';
import { judgedStep } from '../typing/typing-windows.ts';
import { type CalibratedAccount, calibrateAccounts, contractOf, courseOf, keysToAlarm } from './calibrated-account.ts';
import type { StreamTrial } from './take-over-figures.ts';

/** Somebody who works beside the owner in a session of their own, turn about, so that each session interrupts the other. */
export interface InterleavedFigures {
  /** Batches of each turn. */
  batchesPerTurn: number;
  /** Counted in keys of the intruder alone. */
  caughtWithin100Keys: number;
  caughtWithin200Keys: number;
  medianKeys: number | null;
  /** The same without carrying evidence from session to session. */
  withoutCarrying: { caughtWithin100Keys: number; caughtWithin200Keys: number };
}

const impostorsPerSession = 8;
const turns = [1, 2, 4] as const;
/** A half-life so short that nothing is carried. */
const atOnce = 1e-3;

function pieces(scores: Float64Array, batches: number): Float64Array[] {
  return Array.from({ length: Math.ceil(scores.length / batches) }, (_, i) =>
    scores.slice(i * batches, (i + 1) * batches),
  );
}

/** Keys of the intruder until the alarm. */
function turnAbout(
  calibrated: CalibratedAccount,
  own: Float64Array,
  foreign: Float64Array,
  batches: number,
): AlarmedStream {
  const mine = pieces(own, batches);
  const theirs = pieces(foreign, batches).slice(0, mine.length);
  const courses = courseOf(
    calibrated,
    theirs.flatMap((piece, i) => [mine[i]!, piece]),
  );
  let seen = 0;
  let events: number | null = null;
  for (const [i, { session }] of courses.entries()) {
    const alarm = keysToAlarm(session);
    const foreignTurn = i % 2 === 1;
    if (alarm !== null && events === null) events = foreignTurn ? seen + alarm : seen;
    if (foreignTurn) seen += session.length * judgedStep;
  }
  return { events, length: seen };
}

/** Owner's and intruder's sessions turn about; see {@link InterleavedFigures}. */
export function interleavedFigures(
  { accounts, genuine }: Pick<StreamTrial, 'accounts' | 'genuine'>,
  workingDays: number,
  seed: number,
  rule: EvidenceRule,
): InterleavedFigures[] {
  const rules = [rule, { ...rule, carryHalfLife: atOnce }];
  const trials = rules.map((each) => calibrateAccounts(accounts, contractOf(workingDays), each));
  return turns.map((batchesPerTurn) => {
    const streams: [AlarmedStream[], AlarmedStream[]] = [[], []];
    for (const [owner, account] of accounts.entries()) {
      const random = createSeededRandom(`interleaved ${seed}`).fork(account.name);
      const others = accounts.filter((other, i) => i !== owner && other.later.length > 0);
      for (const own of genuine[owner]!) {
        for (const other of random.shuffled(others).slice(0, impostorsPerSession)) {
          const foreign = account.scoresOf(random.pick(other.later));
          for (const [which, calibrated] of trials.entries()) {
            const judged = calibrated[owner];
            if (judged !== undefined) streams[which]!.push(turnAbout(judged, own, foreign, batchesPerTurn));
          }
        }
      }
    }
    const [carried, dropped] = streams;
    return {
      batchesPerTurn,
      caughtWithin100Keys: caughtWithin(carried, 100),
      caughtWithin200Keys: caughtWithin(carried, 200),
      medianKeys: timeToDetect(carried).medianEvents,
      withoutCarrying: {
        caughtWithin100Keys: caughtWithin(dropped, 100),
        caughtWithin200Keys: caughtWithin(dropped, 200),
      },
    };
  });
}
