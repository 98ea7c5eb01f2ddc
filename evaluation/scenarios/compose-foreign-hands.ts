import { replayCollectOptions } from '../collector/collect-session.ts';
import { workplaceOf } from './desk-diary.ts';
import {
  beginUsualDay,
  type DeskParts,
  laterSessions,
  typedContents,
  writeTyping,
  writeUsualDay,
} from './desk-parts.ts';
import { piecesFor, rotated, withForeignPieces } from './foreign-pieces.ts';
import { onCoarseGrid } from './timing-changes.ts';

/** Somebody else sits down in the middle of a session and goes on for two sessions' worth of keys. */
export function composeRoommate(parts: DeskParts): void {
  const { owner, intruder, random } = parts;
  writeUsualDay(parts);
  beginUsualDay(parts);
  const own = typedContents(laterSessions(owner)[1]);
  const swap = Math.floor(own.length * 0.4) + random.integer(Math.max(1, Math.floor(own.length * 0.2)));
  writeTyping(parts, own.slice(0, swap), 'owner');
  for (const session of laterSessions(intruder)) writeTyping(parts, typedContents(session), 'impostor');
}

/** Input over a remote desktop comes about every frame of a slow screen. */
const remoteGridMs = 15;

/** Somebody with the password, from another machine in another network, over a remote desktop. */
export function composeRemoteIntruder(parts: DeskParts): void {
  const { owner, intruder, diary, habits, random } = parts;
  writeUsualDay(parts);
  beginUsualDay(parts);
  writeTyping(parts, typedContents(laterSessions(owner)[1]), 'owner');
  diary.beginDay();
  habits.beginDay();
  diary.beginSession(workplaceOf(`elsewhere ${random.next()}`));
  const collect = { ...replayCollectOptions, inputRoute: 'remote-desktop' as const, timerResolutionMs: remoteGridMs };
  for (const { keystrokes } of laterSessions(intruder)) {
    writeTyping(parts, typedContents({ keystrokes: onCoarseGrid(keystrokes, remoteGridMs) }, collect), 'impostor');
  }
}

const usualDays = 10;
const infiltratedDays = 40;
const foreignShares = { least: 0.1, most: 0.2 } as const;

/** Two weeks of the owner alone, then eight in which somebody puts short pieces of their own into each day. */
export function composeWeeks(parts: DeskParts): void {
  const { owner, intruder, random } = parts;
  const own = laterSessions(owner).map((session) => typedContents(session));
  const foreign = laterSessions(intruder).map((session) => typedContents(session));
  for (let day = 0; day < usualDays + infiltratedDays; day++) {
    beginUsualDay(parts);
    const today = rotated(random.pick(own), random);
    const share = random.uniform(foreignShares.least, foreignShares.most);
    const pieces = day < usualDays ? 0 : piecesFor(today.length, share, random);
    for (const { content, foreign: isForeign } of withForeignPieces(today, foreign, pieces, random)) {
      writeTyping(parts, [content], isForeign ? 'impostor' : 'owner');
    }
  }
}
