import type { BatchOutcome, Broker, Consumption, ConsumptionHealth, RecordBatch } from '../broker/broker.ts';
import { type Clock, steadyClock, systemClock } from '../clock.ts';
import type { Logger } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import type { StateStore } from '../store/state-store.ts';
import { deadLetterLimitReason, limitDeadLetters } from './dead-letter-limit.ts';
import { lookAtIdlePartitions } from './idle-watch.ts';
import type { KeyedStage } from './keyed-stage.ts';
import { createPartitionOwner, type PartitionOwner } from './partition-owner.ts';
import { createPartitionWork, type StagePoint } from './partition-work.ts';
import { restAdvice } from './rest-advice.ts';
import { createRounds } from './rounds.ts';
import { createSnapshotRounds, roundsPerInterval } from './snapshot-rounds.ts';
import { createSnapshotWriter } from './snapshot-writer.ts';
import { createStageMetrics } from './stage-metrics.ts';
import { defaultStageOptions, type StageOptions } from './stage-options.ts';
import { StateCache } from './state-cache.ts';

/** Where and how often the states of owned partitions are written down outside of the store. */
export interface SnapshotPlan {
  /** A compacted topic with at least as many partitions as the input topic. */
  topic: string;
  /** 0: none are written; what is there is still read. */
  intervalMs: number;
}

/** What a stage needs to run. */
export interface KeyedStageDependencies<State> {
  stage: KeyedStage<State>;
  broker: Broker;
  store: StateStore;
  log: Logger;
  metrics: Metrics;
  options?: StageOptions;
  /** Not given: the states are kept in the store alone. */
  snapshots?: SnapshotPlan;
  /** Default: the computer's, and one that nobody sets for how long something takes. */
  clock?: Clock;
  /** For tests: called at each point of the protocol; a throw there is a crash. */
  onPoint?: (point: StagePoint) => void;
}

/** A partition whose work waits. */
export interface PausedPartition {
  partition: number;
  /** What it waits for: `store`, `broker`, or a dependency that the stage named. */
  reason: string;
}

/** How a stage is doing, for readiness and metrics. */
export interface KeyedStageHealth {
  consumption: ConsumptionHealth;
  paused: PausedPartition[];
  /** Records of the owned partitions that are not yet contained in the state, as of their last batch. */
  lagRecords: number;
  /**
   * How long a batch has been in hand: of all, the longest; 0 where there is none. It counts from where work last got on: with
   * a micro-batch that became durable, or with a record of a rebuild, which may take long.
   */
  inHandMs: number;
}

/** A stage at work as one member of its group. */
export interface KeyedStageRunner {
  /** Joins the group. The broker is connected already. */
  start(): Promise<void>;
  /** Lets batches in work finish, then leaves the group. Idempotent. */
  stop(): Promise<void>;
  /** Takes nothing up any more; what is in hand is abandoned, and is worked through again by whoever gets the partition. */
  cut(): void;
  health(): KeyedStageHealth;
}

const notStarted: ConsumptionHealth = { state: 'stopped', assignedPartitions: [], lastProgressAtMs: 0 };

/**
 * Runs a stage so that every record takes effect once: outputs first, then the fenced state, then the commit. A crash
 * between any two of these repeats outputs with the same bytes and loses none.
 */
export function createKeyedStageRunner<State>(dependencies: KeyedStageDependencies<State>): KeyedStageRunner {
  const { broker, store, clock: date = systemClock, clock = steadyClock } = dependencies;
  const options = { ...defaultStageOptions, ...dependencies.options };
  const log = dependencies.log.child({ stage: dependencies.stage.name });
  const metrics = createStageMetrics(dependencies.metrics, dependencies.stage.name);
  const stage = limitDeadLetters(dependencies.stage, options.deadLetterLimit, (reached) => {
    metrics.deadLetterLimitReached();
    log.error({ ...reached, fix: restAdvice(deadLetterLimitReason) }, 'too many records set aside: the stage stops');
  });
  const cache = new StateCache<State>({ maxStates: options.maxCachedStates, maxBytes: options.maxCachedStateBytes });
  const owners = new Map<number, PartitionOwner<State>>();
  /** Whose batches are in hand. */
  const inHand = new Set<PartitionOwner<State>>();
  const onPoint = dependencies.onPoint ?? (() => undefined);
  const { snapshots } = dependencies;
  const snapshotTopic = snapshots?.topic;
  const work = createPartitionWork<State>({
    ...{ stage, broker, store, cache, log, metrics, options, clock, date, snapshotTopic, onPoint },
    partitionCount: () => partitionCount,
  });
  const scope = { stage: stage.name, topic: stage.inputTopic };
  let consumption: Consumption | undefined;
  let partitionCount = 0;
  let isCut = false;
  let isStopping = false;
  const snapshotIntervalMs = snapshots?.intervalMs ?? 0;
  const snapshotRounds =
    snapshotTopic === undefined || snapshotIntervalMs === 0
      ? undefined
      : createSnapshotRounds<State>({
          write: createSnapshotWriter({ scope, topic: snapshotTopic, broker, store, log, metrics }),
          intervalMs: snapshotIntervalMs,
          owners: () => {
            forgetRevoked();
            return owners.values();
          },
          goesOn: () => !isStopping && !isCut,
          isCut: () => isCut,
          ...{ clock, metrics },
        });
  const rounds = [
    createRounds({
      ...{ name: 'look at idle partitions', pauseMs: options.idleAfterMs, clock, log },
      round: () =>
        lookAtIdlePartitions<State>({
          ...{ scope, group: stage.group, broker, store, clock, log, idleAfterMs: options.idleAfterMs },
          assigned: () => consumption?.health().assignedPartitions ?? [],
          owners: () => {
            forgetRevoked();
            return owners;
          },
          release: work.release,
          reread: (partition, offset) => consumption?.reread(partition, offset),
        }),
    }),
    ...(snapshotRounds === undefined
      ? []
      : [
          createRounds({
            ...{ name: 'snapshots', pauseMs: snapshotIntervalMs / roundsPerInterval, clock, log },
            round: () => snapshotRounds.writeDue(),
          }),
        ]),
  ];

  /** A snapshot has the partition of the input that it is of. */
  async function checkSnapshotTopic(topic: string): Promise<void> {
    const { length } = await broker.offsets(topic);
    if (length >= partitionCount) return;
    throw new Error(
      `topic ${topic} has ${length} partitions and ${stage.inputTopic} ${partitionCount}: create ${topic} anew with as many; where partitions were added to ${stage.inputTopic}, set another topicPrefix instead`,
    );
  }

  function forget(owner: PartitionOwner<State>): void {
    work.release(owner);
    metrics.forgetPartition(owner.partition);
    owners.delete(owner.partition);
  }

  /** Frees what is known of partitions that other members have now. */
  function forgetRevoked(): void {
    const assigned = consumption?.health().assignedPartitions;
    if (assigned === undefined) return;
    for (const owner of [...owners.values()]) if (!assigned.includes(owner.partition)) forget(owner);
  }

  async function handle(batch: RecordBatch): Promise<BatchOutcome> {
    const { partition, assignment } = batch;
    let owner = owners.get(partition);
    // A late call of an earlier assignment must not push out what is known under the present one.
    if (isCut || batch.isStale() || assignment < (owner?.assignment ?? assignment)) {
      return { kind: 'seek', offset: batch.records[0]?.offset ?? 0 };
    }
    if (owner?.assignment !== assignment) {
      if (owner !== undefined) forget(owner);
      forgetRevoked();
      owner = createPartitionOwner(partition, assignment);
      owners.set(partition, owner);
    }
    const [first] = batch.records;
    // Before anything of it is handled, and while it rests, nobody else tells how much waits.
    if (first !== undefined && (owner.reachedAtMs === undefined || owner.pausedFor !== undefined)) {
      owner.reachedAtMs ??= first.timestampMs;
      owner.lagRecords = Math.max(0, batch.highWatermark - first.offset);
    }
    inHand.add(owner);
    owner.inHand += 1;
    owner.progressedAtMs = clock.nowMs();
    try {
      return await work.handle(owner, batch);
    } finally {
      owner.inHand -= 1;
      if (owner.inHand === 0) inHand.delete(owner);
      owner.handledAtMs = clock.nowMs();
    }
  }

  /** A partition that rests is not heard of meanwhile, but what waits in it grows older. */
  function tellAge({ partition, lagRecords, pausedFor, reachedAtMs }: PartitionOwner<State>): void {
    if (pausedFor === undefined || reachedAtMs === undefined) return;
    metrics.lag(partition, lagRecords, Math.max(0, date.nowMs() - reachedAtMs) / 1000);
  }

  return {
    async start() {
      const { partitionsConcurrently, maxBytesPerPartition, maxRecordsPerBatch, sessionTimeoutMs } = options;
      partitionCount = (await broker.offsets(stage.inputTopic)).length;
      if (snapshotTopic !== undefined) await checkSnapshotTopic(snapshotTopic);
      const bounds = { partitionsConcurrently, maxBytesPerPartition, maxRecordsPerBatch, sessionTimeoutMs };
      const onCommitFailure = () => metrics.commitFailed();
      consumption = await broker.consume(
        { group: stage.group, topic: stage.inputTopic, ...bounds, onCommitFailure },
        handle,
      );
      for (const each of rounds) each.start();
    },
    async stop() {
      const isFirst = !isStopping;
      isStopping = true;
      const ended = Promise.all(rounds.map((each) => each.stop()));
      await consumption?.close();
      await ended;
      if (isFirst) await snapshotRounds?.writeLast(owners.values());
      for (const owner of [...owners.values()]) forget(owner);
    },
    cut() {
      isCut = true;
      for (const each of rounds) void each.stop();
      for (const owner of [...owners.values()]) forget(owner);
    },
    health() {
      forgetRevoked();
      const paused: PausedPartition[] = [];
      let lagRecords = 0;
      for (const owner of owners.values()) {
        const { partition, pausedFor } = owner;
        lagRecords += owner.lagRecords;
        tellAge(owner);
        if (pausedFor !== undefined) paused.push({ partition, reason: pausedFor });
      }
      snapshotRounds?.tellAges();
      const nowMs = clock.nowMs();
      let inHandMs = 0;
      for (const { progressedAtMs } of inHand) inHandMs = Math.max(inHandMs, nowMs - progressedAtMs);
      return { consumption: consumption?.health() ?? notStarted, paused, lagRecords, inHandMs };
    },
  };
}
