import { createHash } from 'node:crypto';
import type { ActivityCount, BehaviourBatch, Pseudonym } from '../../detection/words/behaviour.ts';
import type { SeededRandom } from '../../platform/seeded-random.ts';
import { type BatchContent, collectorIdentity } from '../collector/batch-content.ts';

/** Who or what is behind a batch. `changed-owner` is the owner, otherwise than they were learned. */
export type BatchOrigin = 'owner' | 'changed-owner' | 'impostor' | 'injector' | 'thief';

/** A batch under the account's name, and who is really behind it. */
export interface DiaryBatch {
  batch: BehaviourBatch;
  origin: BatchOrigin;
}

/** Where somebody works. */
export interface Workplace {
  device: Pseudonym;
  host: Pseudonym;
  network: Pseudonym;
  domain: Pseudonym;
}

/** Everything that one account does, in the order in which the gateway receives it. */
export interface DeskDiary {
  readonly batches: readonly DiaryBatch[];
  /** The next day at work, weekends passed over; the clock never goes back. */
  beginDay(): void;
  beginSession(place: Workplace): void;
  /** @throws Error before the first session */
  write(content: BatchContent, activity: readonly ActivityCount[], origin: BatchOrigin): void;
}

/** The tenant of all desks. */
export const scenarioTenant = 'scenarios';

/** A Monday, 08:00 UTC. */
export const firstMorningMs = Date.UTC(2026, 0, 5, 8);
const dayMs = 86_400_000;
const workDaysPerWeek = 5;
/** Between two batches of one session, ms: middle, spread of the logarithm, longest. */
const pauseMs = { middle: 3_000, logSpread: 1, longest: 300_000 } as const;

/** A pseudonym that follows from a label; nobody's key is in it. */
export function pseudonymOf(label: string): Pseudonym {
  return createHash('sha256').update(`gaitkeeper scenarios ${label}`).digest('hex').slice(0, 32);
}

/** A workplace whose every pseudonym follows from its name. */
export function workplaceOf(name: string): Workplace {
  const of = (part: string) => pseudonymOf(`${name}/${part}`);
  return { device: of('device'), host: of('host'), network: of('network'), domain: of('domain') };
}

/** Work without typing for so long, as a collector that counts would tell it. */
export function workContent(durationMs: number): BatchContent {
  return {
    ...collectorIdentity('local', 1),
    deviceClockMs: 0,
    durationMs,
    keystrokes: [],
    pointer: [],
    activity: [],
  };
}

/** An empty diary of an account. Pauses between batches are drawn from `random`; nothing reads a clock. */
export function createDeskDiary(subject: Pseudonym, random: SeededRandom): DeskDiary {
  const batches: DiaryBatch[] = [];
  const sequences = new Map<Pseudonym, number>();
  let day = -1;
  let nowMs = firstMorningMs;
  let sessions = 0;
  let at: { place: Workplace; session: Pseudonym } | undefined;
  return {
    batches,
    beginDay() {
      do day++;
      while (firstMorningMs + calendarDays(day) * dayMs < nowMs);
      nowMs = firstMorningMs + calendarDays(day) * dayMs + Math.round(random.uniform(0, 3_600_000));
    },
    beginSession(place) {
      at = { place, session: pseudonymOf(`${subject}/session/${sessions++}`) };
    },
    write(content, activity, origin) {
      if (at === undefined) throw new Error('a batch belongs to a session');
      const { device, host, network, domain } = at.place;
      const sequence = sequences.get(device) ?? 0;
      sequences.set(device, sequence + 1);
      const pause = Math.min(random.logNormal(pauseMs.middle, pauseMs.logSpread), pauseMs.longest);
      nowMs += content.durationMs + Math.round(pause);
      const batch: BehaviourBatch = {
        ...content,
        tenant: scenarioTenant,
        subject,
        device,
        session: at.session,
        sequence,
        deviceClockMs: nowMs,
        receivedAtMs: nowMs,
        handling: 'full',
        context: { inputRoute: content.context.inputRoute, network, domain, host },
        activity: [...activity],
      };
      batches.push({ batch, origin });
    },
  };
}

function calendarDays(workDay: number): number {
  return Math.floor(workDay / workDaysPerWeek) * 7 + (workDay % workDaysPerWeek);
}
