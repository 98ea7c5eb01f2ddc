import { createInjector, type InjectorName } from '../attacks/injector.ts';
import { plugIn } from '../attacks/plug-in.ts';
import { replayCollectOptions } from '../collector/collect-session.ts';
import {
  beginUsualDay,
  type DeskParts,
  laterSessions,
  typedContents,
  writeTyping,
  writeUsualDay,
} from './desk-parts.ts';

/** What a plugged-in device is known to do: as fast as it can, evenly, or evenly with a little jitter. */
const injectors: readonly InjectorName[] = ['superhuman', 'constant', 'jitter-10-percent'];
/** What it takes along, in each batch. */
const exportsPerBatch = 4;

/** A device that types by itself is plugged in during a session, and takes records along. */
export function composeInjection(parts: DeskParts): void {
  const { owner, diary, random, variant } = parts;
  const session = laterSessions(owner)[1];
  const contents = typedContents(session);
  const name = injectors[variant % injectors.length] ?? 'constant';
  const position = Math.floor(contents.length * 0.3) + random.integer(Math.max(1, Math.floor(contents.length * 0.3)));
  const injectable = { id: session.name, contents, keystrokes: session.keystrokes };
  const injector = createInjector(name, { seed: `${owner.name} ${random.next()}` });
  writeUsualDay(parts);
  beginUsualDay(parts);
  for (const { origin, content } of plugIn([injectable], position, injector, replayCollectOptions)) {
    if (origin === 'owner') writeTyping(parts, [content], 'owner');
    else diary.write(content, [{ kind: 'exports', count: exportsPerBatch }], 'injector');
  }
}
