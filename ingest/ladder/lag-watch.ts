import type { Broker } from '../../platform/broker/broker.ts';
import { partitionOfKey } from '../../platform/broker/partition-chooser.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Logger } from '../../platform/log.ts';
import type { IngestMetrics } from '../ingest-metrics.ts';
import { type LadderLimits, type Level, levels, nextLevel } from './level.ts';
import { createLagTrack, type LagTrack, type PartitionLag } from './partition-lag.ts';

/** Knows, per partition, what becomes of a new batch. */
export interface LagWatch {
  /** For a record of this key. `full` where nothing is known. */
  levelOf(key: Uint8Array): Level;
  /** Begins to ask the broker. */
  start(): void;
  /** Asks no more; an answer that comes later changes nothing. */
  stop(): void;
}

/** Whom the watch asks, and what it does with the answers. */
export interface LagWatchOptions {
  broker: Pick<Broker, 'offsets' | 'committedOffsets'>;
  topic: string;
  /** The scorers' consumer group. */
  group: string;
  limits: LadderLimits;
  /** Pause between two questions. */
  pollMs: number;
  clock: Clock;
  log: Logger;
  metrics: Pick<IngestMetrics, 'scorerLag' | 'level'>;
}

/** Stands where nobody watches: every batch is judged in full. */
export const noLagWatch: LagWatch = { levelOf: () => 'full', start: () => undefined, stop: () => undefined };

interface WatchedPartition {
  track: LagTrack;
  level: Level;
  scorers: PartitionLag['scorers'];
}

/** Asks the broker for ends and commits again and again, and keeps each partition's level. */
export function createLagWatch(options: LagWatchOptions): LagWatch {
  const { broker, topic, group, limits, pollMs, clock, log, metrics } = options;
  const patienceMs = limits.degradedAfterMs / 2;
  let partitions: WatchedPartition[] = [];
  let allFull = true;
  let knownAtMs = 0;
  let isTold = false;
  let stopped = true;
  let cancelNext: () => void = () => undefined;

  async function ask(): Promise<void> {
    const [ends, commits] = await Promise.all([broker.offsets(topic), broker.committedOffsets(group, topic)]);
    if (stopped) return;
    const atMs = clock.nowMs();
    knownAtMs = atMs;
    isTold = false;
    const committed = new Map(commits.map(({ partition, offset }) => [partition, offset]));
    for (const { partition, low, high } of ends) {
      const watched = partitions[partition] ?? newPartition();
      partitions[partition] = watched;
      const committedOffset = committed.get(partition) ?? -1;
      const lag = watched.track.take({ atMs, firstOffset: low, endOffset: high, committedOffset });
      follow(partition, watched, lag);
    }
    allFull = partitions.every(({ level }) => level === 'full');
  }

  function newPartition(): WatchedPartition {
    return { track: createLagTrack({ patienceMs }), level: 'full', scorers: 'unknown' };
  }

  function follow(partition: number, watched: WatchedPartition, lag: PartitionLag): void {
    // What was decided while they were away says nothing about how they work.
    const before = watched.scorers === 'moving' ? watched.level : 'full';
    const level = nextLevel(before, lag, limits);
    const told = { partition, group, from: watched.level, level, lagSeconds: lag.ageMs / 1000, scorers: lag.scorers };
    if (level !== watched.level) log.warn(told, 'handling of new batches changes');
    watched.level = level;
    watched.scorers = lag.scorers;
    metrics.scorerLag.set({ partition }, lag.ageMs / 1000);
    metrics.level.set({ partition }, levels.indexOf(level));
  }

  /** A level from old news would go on for ever while the broker does not answer. */
  function forgetOldNews(error: unknown): void {
    if (isTold || clock.nowMs() - knownAtMs < limits.degradedAfterMs) return;
    isTold = true;
    const fix = 'the broker must answer, and let the gateway describe the topic and the group of the scorers';
    log.warn({ err: error, group, fix }, 'the lag of the scorers is not known: batches are handled in full');
    partitions.forEach((_, partition) => {
      metrics.level.set({ partition }, levels.indexOf('full'));
    });
    partitions = [];
    allFull = true;
  }

  function poll(): void {
    void ask()
      .catch(forgetOldNews)
      .finally(() => {
        if (!stopped) cancelNext = clock.after(pollMs, poll);
      });
  }

  return {
    levelOf(key) {
      if (allFull) return 'full';
      return partitions[partitionOfKey(key, partitions.length)]?.level ?? 'full';
    },
    start() {
      if (!stopped) return;
      stopped = false;
      knownAtMs = clock.nowMs();
      poll();
    },
    stop() {
      stopped = true;
      cancelNext();
    },
  };
}
