import type { EvidenceRule } from '../../detection/sequential/evidence-rule.ts';
import { createSeededRandom, type SeededRandom } from '../../platform/seeded-random.ts';
import { mean } from '../metrics/error-rates.ts';
import { type AlarmedStream, timeToDetect } from '../metrics/time-to-detect.ts';
import { partOf } from '../typing/own-history.ts';
import type { TypingSamples } from '../typing/typing-recordings.ts';
import { joinedSamples, judgedStep } from '../typing/typing-windows.ts';
import {
  type CalibratedAccount,
  calibrateAccounts,
  contractOf,
  courseOf,
  keysPerWorkingDay,
  keysToAlarm,
} from './calibrated-account.ts';
import type { StreamAccount } from './stream-account.ts';

/** Somebody who stays for weeks: short pieces of their typing inside the owner's sessions. */
export interface InfiltrationFigures {
  /** Foreign keys as a share of all; 0 is the owner alone over the same sessions. */
  foreignShare: number;
  /** Share of accounts' histories that are noticed by either clock, by the session's alone and by the slow one alone. */
  noticed: number;
  noticedBySession: number;
  noticedByWeeks: number;
  /** Keys, foreign and own, until either clock notices; over those noticed. */
  medianKeys: number | null;
  /** Mean keys of a history. */
  keysPerHistory: number;
  /** What the contract allows to be noticed of histories of the owner alone, were alerts to come at the promised rate by chance. */
  promisedShare: number;
}

export interface InfiltrationOptions {
  seed: number;
  /** Sessions that a history is followed over, drawn from the account's later ones. */
  sessions: number;
  histories: number;
  workingDays: number;
}

/** Keys of one foreign piece. */
const pieceKeys = 50;
/** Versions of each session with pieces in it: more would cost more and say the same. */
const versions = 6;
const foreignShares = [0, 0.05, 0.1, 0.2] as const;

function withPieces(
  session: TypingSamples,
  pieces: number,
  foreign: () => TypingSamples,
  random: SeededRandom,
): TypingSamples {
  const keys = session.zonePair.length;
  const cuts = Array.from({ length: pieces }, () => random.integer(keys)).sort((a, b) => a - b);
  const parts: TypingSamples[] = [];
  let at = 0;
  for (const cut of cuts) {
    const from = foreign();
    const start = random.integer(Math.max(1, from.zonePair.length - pieceKeys + 1));
    parts.push(partOf(session, at, cut), partOf(from, start, start + pieceKeys));
    at = cut;
  }
  return joinedSamples([...parts, partOf(session, at, keys)]);
}

/** Scores of an account's later sessions with so many foreign pieces in each. */
function infiltrated(accounts: readonly StreamAccount[], owner: number, pieces: number, seed: number): Float64Array[] {
  const account = accounts[owner]!;
  const random = createSeededRandom(`infiltration ${seed}`).fork(`${account.name}/${pieces}`);
  const others = accounts.filter((other, i) => i !== owner && other.later.length > 0);
  const foreign = () => random.pick(random.pick(others).later);
  return account.later.flatMap((session) =>
    Array.from({ length: pieces === 0 ? 1 : versions }, () =>
      account.scoresOf(withPieces(session, pieces, foreign, random)),
    ),
  );
}

/** Pieces in a session so that foreign keys are a share of all: a whole number, and the chance of one more. */
function piecesFor(share: number, keys: number): { least: number; chance: number } {
  const wanted = (share * keys) / ((1 - share) * pieceKeys);
  return { least: Math.floor(wanted), chance: wanted - Math.floor(wanted) };
}

function history(
  calibrated: CalibratedAccount,
  pools: ReadonlyMap<number, readonly Float64Array[]>,
  pieces: { least: number; chance: number },
  sessions: number,
  random: SeededRandom,
): { either: AlarmedStream; session: boolean; weeks: boolean } {
  const drawn = Array.from({ length: sessions }, () =>
    random.pick(pools.get(pieces.least + (random.chance(pieces.chance) ? 1 : 0)) ?? []),
  );
  let seen = 0;
  let events: number | null = null;
  let bySession = false;
  let byWeeks = false;
  for (const { session, weeks } of courseOf(calibrated, drawn)) {
    const alarms = [keysToAlarm(session), keysToAlarm(weeks)] as const;
    bySession ||= alarms[0] !== null;
    byWeeks ||= alarms[1] !== null;
    const first = alarms.filter((alarm) => alarm !== null);
    if (events === null && first.length > 0) events = seen + Math.min(...first);
    seen += session.length * judgedStep;
  }
  return { either: { events, length: seen }, session: bySession, weeks: byWeeks };
}

/** How a small steady share of foreign behaviour is noticed; the owner alone, over the same number of sessions, beside it. */
export function infiltrationFigures(
  accounts: readonly StreamAccount[],
  options: InfiltrationOptions,
  rule: EvidenceRule,
): InfiltrationFigures[] {
  const { seed, sessions, histories, workingDays } = options;
  const calibrated = calibrateAccounts(accounts, contractOf(workingDays), rule);
  return foreignShares.map((foreignShare) => {
    const found = calibrated.flatMap((own, owner) => {
      if (own === undefined || own.account.later.length === 0) return [];
      const keys = own.account.later.reduce((sum, { zonePair }) => sum + zonePair.length, 0) / own.account.later.length;
      const pieces = piecesFor(foreignShare, keys);
      const counts = pieces.chance > 0 ? [pieces.least, pieces.least + 1] : [pieces.least];
      const pools = new Map(counts.map((count) => [count, infiltrated(accounts, owner, count, seed)]));
      const random = createSeededRandom(`history ${seed}`).fork(`${own.account.name}/${foreignShare}`);
      return Array.from({ length: histories }, () => history(own, pools, pieces, sessions, random));
    });
    const { alarmedShare, medianEvents } = timeToDetect(found.map(({ either }) => either));
    const keysPerHistory = mean(found.map(({ either }) => either.length));
    return {
      foreignShare,
      noticed: alarmedShare,
      noticedBySession: found.filter(({ session }) => session).length / found.length,
      noticedByWeeks: found.filter(({ weeks }) => weeks).length / found.length,
      medianKeys: medianEvents,
      keysPerHistory,
      promisedShare: 1 - Math.exp(-keysPerHistory / (workingDays * keysPerWorkingDay)),
    };
  });
}
