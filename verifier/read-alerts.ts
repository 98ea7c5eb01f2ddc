import type { RecordPosition } from '../platform/broker/broker.ts';
import { createFoundOutputs, type FoundOutput } from './found-outputs.ts';
import { revisionIdOf } from './revision-id.ts';

/** Of an alert, beside its bytes. */
export interface AboutAlert {
  /** The revision that it tells, as `revisionIdOf`; `undefined` where it tells what was held back. */
  revisionId: string | undefined;
  /** Whether it says what the directory told: a name or a group. */
  isNamed: boolean;
}

/** The ECS alerts that were found, until the replay asks for them; test alerts are none. */
export interface FoundAlerts {
  /** False where the bytes are no alert. @throws RangeError where there are more than the bound */
  add(bytes: Buffer, position: RecordPosition): boolean;
  /** The alert of an id, and forgets it. */
  take(alertId: string): FoundOutput<AboutAlert> | undefined;
  /** Whether there was an alert with names that tells the revision; all of them are asked for with that. */
  takeNamed(revision: { incidentId: string; revision: number }): boolean;
  /** What nobody asked for. */
  left(): { alertId: string; first: RecordPosition }[];
}

/** What is looked at of a document; everything may be absent. */
interface Document {
  event?: { id?: unknown };
  user?: { name?: unknown; full_name?: unknown; domain?: unknown; group?: unknown };
  host?: { name?: unknown };
  gaitkeeper?: { test?: unknown; alert?: { id?: unknown; revision?: unknown } };
}

/** At most `maxIds` at a time. */
export function createFoundAlerts(maxIds: number): FoundAlerts {
  const found = createFoundOutputs<AboutAlert>('alerts', maxIds);
  /** Ids of the alerts with names, by the revision that they tell. */
  const named = new Map<string, Set<string>>();
  return {
    add(bytes, position) {
      const document = documentIn(bytes);
      const alertId = document?.event?.id;
      if (document === undefined || typeof alertId !== 'string') return false;
      if (document.gaitkeeper?.test === true) return true;
      const about = aboutOf(document);
      found.add(alertId, bytes, position, about);
      const { revisionId, isNamed } = about;
      if (revisionId !== undefined && isNamed) {
        named.set(revisionId, (named.get(revisionId) ?? new Set()).add(alertId));
      }
      return true;
    },
    take: (alertId) => found.take(alertId),
    takeNamed(revision) {
      const ids = named.get(revisionIdOf(revision)) ?? new Set();
      for (const alertId of ids) found.take(alertId);
      return ids.size > 0;
    },
    left: () => [...found.left()].map(([alertId, { first }]) => ({ alertId, first })),
  };
}

function aboutOf({ user, host, gaitkeeper }: Document): AboutAlert {
  const { id: incidentId, revision } = gaitkeeper?.alert ?? {};
  const names = [user?.name, user?.full_name, user?.domain, user?.group, host?.name];
  const tellsRevision = typeof incidentId === 'string' && typeof revision === 'number';
  return {
    revisionId: tellsRevision ? revisionIdOf({ incidentId, revision }) : undefined,
    isNamed: names.some((name) => name !== undefined),
  };
}

function documentIn(bytes: Buffer): Document | undefined {
  try {
    const document: unknown = JSON.parse(bytes.toString('utf8'));
    return typeof document === 'object' && document !== null ? document : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
