import { createSeededRandom } from '../../platform/seeded-random.ts';
import { partOf } from '../typing/own-history.ts';
import type { TypingSamples } from '../typing/typing-recordings.ts';
import { joinedSamples } from '../typing/typing-windows.ts';
import type { StreamAccount } from './stream-account.ts';

/** A session of the owner's that somebody else goes on with: windows around the change hold keys of both. */
export interface TakeOver {
  owner: number;
  impostor: number;
  /** Keys of the owner before the change of hands. */
  ownKeys: number;
  /** Scores under the owner's template, one per batch, from the session's start. */
  scores: Float64Array;
}

export interface TakeOverOptions {
  seed: number;
  /** The change of hands comes after so many keys, drawn between the two. Sessions that are shorter are left out. */
  earliest: number;
  latest: number;
  /** Impostors per owner's session, drawn by lot where there are more people. */
  impostorsPerSession: number;
}

/** Where the change comes in Villani's sessions of 500 keys, and in Aalto's of some 240. */
export const takeOverWithin = {
  villani: { earliest: 100, latest: 300 },
  aalto: { earliest: 50, latest: 125 },
} as const;

/** What follows the change: the impostor's session from its start, as far as it goes. */
function takenOver(own: TypingSamples, ownKeys: number, foreign: TypingSamples): TypingSamples {
  return joinedSamples([partOf(own, 0, ownKeys), foreign]);
}

/** All later sessions of all accounts, each taken over once by each impostor, at a place and with a session drawn by lot. */
export function takeOvers(accounts: readonly StreamAccount[], options: TakeOverOptions): TakeOver[] {
  const found: TakeOver[] = [];
  for (const [owner, account] of accounts.entries()) {
    const random = createSeededRandom(`take-over ${options.seed}`).fork(account.name);
    const others = [...accounts.keys()].filter((other) => other !== owner && accounts[other]!.later.length > 0);
    for (const session of account.later) {
      if (session.zonePair.length < options.latest) continue;
      for (const impostor of random.shuffled(others).slice(0, options.impostorsPerSession)) {
        const ownKeys = options.earliest + random.integer(options.latest - options.earliest + 1);
        const stream = takenOver(session, ownKeys, random.pick(accounts[impostor]!.later));
        found.push({ owner, impostor, ownKeys, scores: account.scoresOf(stream) });
      }
    }
  }
  return found;
}

/** All later sessions of all accounts, taken over from their first key on: somebody who brings the password. */
export function foreignSessions(accounts: readonly StreamAccount[], options: TakeOverOptions): TakeOver[] {
  return accounts.flatMap((account, owner) => {
    const random = createSeededRandom(`foreign session ${options.seed}`).fork(account.name);
    const others = [...accounts.keys()].filter((other) => other !== owner && accounts[other]!.later.length > 0);
    return random
      .shuffled(others)
      .slice(0, options.impostorsPerSession)
      .map((impostor) => {
        const stream = random.pick(accounts[impostor]!.later);
        return { owner, impostor, ownKeys: 0, scores: account.scoresOf(stream) };
      });
  });
}
