import type { Broker, ConsumedRecord } from '../../platform/broker/broker.ts';
import type { Clock } from '../../platform/clock.ts';
import type { HealthCheck } from '../../platform/health.ts';
import type { LifecyclePart } from '../../platform/lifecycle.ts';
import type { Logger } from '../../platform/log.ts';
import type { Metrics } from '../../platform/metrics.ts';
import type { Person } from '../alerts/alert.ts';
import type { Directory } from './directory.ts';
import { directoryTopicKey, readDirectoryTopicKey } from './directory-entry.ts';
import type { DirectoryKeys } from './directory-keys.ts';
import { openEntry } from './sealed-entry.ts';

/** What the directory works with; whoever made it closes it. */
export interface DirectoryFollowerDependencies {
  broker: Pick<Broker, 'read'>;
  topic: string;
  keys: DirectoryKeys;
  clock: Clock;
  log: Logger;
  metrics: Metrics;
  /** Entries held at once. Default: 500,000. What is beyond is counted, and those people stay pseudonyms. */
  maxEntries?: number;
}

/** The directory of an installation, as its topic tells it. */
export interface DirectoryFollower extends LifecyclePart {
  directory: Directory;
  health: HealthCheck;
  /** Resolves once everything that the topic held at the call is known. Rejects where it cannot be read. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

const defaultMaxEntries = 500_000;
const firstPauseMs = 500;
const longestPauseMs = 30_000;

/**
 * Keeps the directory in the memory of this process, and nowhere else: reads the topic from its beginning and follows it; a
 * tombstone is forgotten. While the topic cannot be read, what is known already goes on being told.
 */
export function createDirectoryFollower(dependencies: DirectoryFollowerDependencies): DirectoryFollower {
  const { broker, topic, keys, clock, log, maxEntries = defaultMaxEntries } = dependencies;
  const metrics = createDirectoryMetrics(dependencies.metrics);
  const people = new Map<string, Person>();
  /** The last offset of each partition that was applied: what is read again changes nothing. */
  const applied = new Map<number, number>();
  const ended = new AbortController();
  let state: 'not read yet' | 'followed' | 'being read again' | 'stopped' = 'not read yet';
  let isFull = false;
  let pauseMs = firstPauseMs;
  let following: Promise<void> | undefined;

  function apply({ key, value, partition, offset }: ConsumedRecord): void {
    if (offset <= (applied.get(partition) ?? -1)) return;
    applied.set(partition, offset);
    pauseMs = firstPauseMs;
    const name = readDirectoryTopicKey(key);
    if (name === undefined) {
      metrics.unopened.inc({ reason: 'malformed' });
      return;
    }
    const place = directoryTopicKey(name).toString();
    const opened = value === null ? undefined : openEntry(value, { name, keys });
    // Whatever stood here before is no longer so, also where nobody can tell what is.
    people.delete(place);
    if (opened?.ok === false) metrics.unopened.inc({ reason: opened.reason });
    if (opened?.ok === true) {
      if (people.size < maxEntries) people.set(place, opened.person);
      else tellFull();
    }
    metrics.entries.set(people.size);
  }

  function tellFull(): void {
    metrics.unopened.inc({ reason: 'full' });
    if (!isFull) log.error({ maxEntries }, 'the directory is full: alerts on further subjects carry pseudonyms');
    isFull = true;
  }

  async function readTo(until: 'end' | 'forever'): Promise<void> {
    const { signal } = ended;
    for await (const record of broker.read({ topic, from: 'earliest', until, signal })) apply(record);
  }

  async function follow(): Promise<void> {
    while (!ended.signal.aborted) {
      state = 'followed';
      const error = await readTo('forever').then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      if (ended.signal.aborted) break;
      state = 'being read again';
      log.warn({ err: error, pauseMs }, 'the directory cannot be followed: what is known goes on being told');
      await wait(clock, pauseMs, ended.signal);
      pauseMs = Math.min(longestPauseMs, pauseMs * 2);
    }
    state = 'stopped';
  }

  /** What the directory says of somebody, counted; who it was is told nowhere. */
  function personAt(kind: 'subject' | 'host', tenant: string, pseudonym: string): Person | undefined {
    const found = people.get(directoryTopicKey({ kind, tenant, pseudonym }).toString());
    metrics.resolutions.inc({ kind, outcome: found === undefined ? 'unknown' : 'resolved' });
    return found;
  }

  return {
    name: 'directory',
    directory: {
      personOf: (tenant, subject) => personAt('subject', tenant, subject),
      hostNameOf: (tenant, host) => personAt('host', tenant, host)?.name,
    },
    health: {
      name: 'directory',
      withoutIt: 'alerts name those whom it knew before',
      check: () => (state === 'followed' ? { ok: true } : { ok: false, reason: `the directory is ${state}` }),
    },
    async start() {
      await readTo('end');
      log.info({ entryCount: people.size }, 'directory read');
      following = follow();
    },
    async stop() {
      ended.abort();
      await following;
      people.clear();
    },
    cut() {
      ended.abort();
      people.clear();
    },
  };
}

function createDirectoryMetrics(metrics: Metrics) {
  return {
    entries: metrics.gauge<never>({
      name: 'gaitkeeper_directory_entries',
      help: 'People and hosts that the directory knows here.',
    }),
    unopened: metrics.counter<'reason'>({
      name: 'gaitkeeper_directory_unopened_total',
      help: 'Entries of the directory that could not be opened, or held, by why.',
      labelNames: ['reason'],
    }),
    resolutions: metrics.counter<'kind' | 'outcome'>({
      name: 'gaitkeeper_directory_resolutions_total',
      help: 'Pseudonyms looked up in the directory for an alert, by kind and whether they were known.',
      labelNames: ['kind', 'outcome'],
    }),
  };
}

function wait(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const cancel = clock.after(ms, resolve);
    signal.addEventListener(
      'abort',
      () => {
        cancel();
        resolve();
      },
      { once: true },
    );
  });
}
