import type { BatchOutcome, Broker, RecordBatch } from '../broker/broker.ts';
import type { Clock } from '../clock.ts';
import type { Logger } from '../log.ts';
import { StateCorrupt, type StateStore } from '../store/state-store.ts';
import { type BatchInHand, takeInHand } from './asking.ts';
import type { KeyedStage } from './keyed-stage.ts';
import { createLoopTurns } from './loop-turns.ts';
import { changedStates, chooseMicroBatch, type MicroBatch, stepMicroBatch } from './micro-batch.ts';
import { closeGap } from './missing-records.ts';
import { type Ownership, OwnershipEnded, type PartitionOwner } from './partition-owner.ts';
import { wait } from './patience.ts';
import { reasonToPause } from './reason-to-pause.ts';
import type { StageMetrics } from './stage-metrics.ts';
import type { StageOptions } from './stage-options.ts';
import type { StateCache } from './state-cache.ts';
import { StateEntry } from './state-entry.ts';
import { StepDefect } from './step-defect.ts';
import { createTakeOver } from './take-over.ts';

/** Where a process may die; see {@link createPartitionWork}. `committed` is reached when the next batch arrives. */
export const stagePoints = ['decoded', 'stepped', 'produced', 'applied', 'committed'] as const;
/** A point of the protocol at which a process may die. */
export type StagePoint = (typeof stagePoints)[number];

/** What the work on a stage's partitions needs. */
export interface PartitionWorkDependencies<State> {
  stage: KeyedStage<State>;
  broker: Broker;
  store: StateStore;
  cache: StateCache<State>;
  log: Logger;
  metrics: StageMetrics;
  options: Required<StageOptions>;
  /** For how long something takes. */
  clock: Clock;
  /** For the age of records. */
  date: Pick<Clock, 'nowMs'>;
  /** Where snapshots of the states are; `undefined` for none. */
  snapshotTopic: string | undefined;
  /** Of the input topic, when the stage started. */
  partitionCount(): number;
  onPoint: (point: StagePoint) => void;
}

/** What becomes of the batches of a partition. */
export interface PartitionWork<State> {
  handle(owner: PartitionOwner<State>, batch: RecordBatch): Promise<BatchOutcome>;
  /** Gives up what is known of the partition; the next batch asks the store again. */
  release(owner: PartitionOwner<State>): void;
}

/** The work of one stage, for every partition that the process owns. */
export function createPartitionWork<State>(dependencies: PartitionWorkDependencies<State>): PartitionWork<State> {
  const { stage, broker, store, cache, log, metrics, options, clock, date, snapshotTopic, onPoint } = dependencies;
  const { attempts, firstRetryDelayMs } = options;
  const bounds = { maxRecords: options.maxRecordsPerMicroBatch, maxBytes: options.maxBytesPerMicroBatch };
  const turns = createLoopTurns(options.maxSteppingMs / 2);
  const scopeOf = ({ topic, partition }: RecordBatch) => ({ stage: stage.name, topic, partition });

  const { sessionTimeoutMs } = options;
  const ownerships = createTakeOver<State>({
    ...{ stageName: stage.name, broker, store, cache, log, metrics, clock, snapshotTopic, sessionTimeoutMs },
    partitionCount: dependencies.partitionCount,
  });

  async function oldestOffset({ topic, partition }: RecordBatch): Promise<number | undefined> {
    return (await broker.offsets(topic)).find((each) => each.partition === partition)?.low;
  }

  function release(owner: PartitionOwner<State>): void {
    owner.ownership?.states.drop();
    owner.ownership = undefined;
    owner.sought = undefined;
  }

  function pause(owner: PartitionOwner<State>, offset: number, reason: string, detail: string): BatchOutcome {
    const resumeAfterMs = Math.min(options.longestPauseMs, options.firstPauseMs * 2 ** Math.min(owner.rests, 20));
    owner.rests += 1;
    owner.pausedFor = reason;
    metrics.paused(reason);
    log.warn({ partition: owner.partition, reason, detail, resumeAfterMs }, 'partition rests');
    return { kind: 'pause', offset, resumeAfterMs, reason };
  }

  /** The states of every key of the micro-batch, from memory where they are known. */
  async function gather({ batch, ask }: BatchInHand<State>, { epoch, states }: Ownership<State>, { keys }: MicroBatch) {
    const entries = new Map<string, StateEntry<State>>();
    const missing = new Set<string>();
    for (const recordKeys of keys) {
      for (const key of recordKeys) {
        if (entries.has(key) || missing.has(key)) continue;
        const known = states.get(key);
        if (known === undefined) missing.add(key);
        else entries.set(key, known);
      }
    }
    if (missing.size === 0) return entries;
    const names = [...missing];
    const outcome = await ask(() => store.load(scopeOf(batch), epoch, names));
    if (outcome.kind === 'fenced') throw new OwnershipEnded('fenced');
    metrics.statesLoaded(names.length);
    for (let i = 0; i < names.length; i++) {
      const entry = new StateEntry<State>(names[i] as string, outcome.states[i]);
      entries.set(entry.key, entry);
      states.keep(entry);
    }
    return entries;
  }

  /** Steps some records from `start` on and makes them durable. */
  async function advance(work: BatchInHand<State>, ownership: Ownership<State>, start: number) {
    const { owner, batch, ask } = work;
    const startedAtMs = performance.now();
    const within = owner.stepsSingly ? { ...bounds, maxRecords: 1 } : bounds;
    const microBatch = chooseMicroBatch(stage, batch.records, start, within);
    const entries = await gather(work, ownership, microBatch);
    onPoint('decoded');
    await turns.take();
    const untilMs = clock.nowMs() + options.maxSteppingMs;
    const stepped = await stepMicroBatch(stage, microBatch, entries, () => clock.nowMs() < untilMs);
    onPoint('stepped');
    const last = microBatch.records[stepped.count - 1];
    if (last === undefined) return stepped; // the first record is blocked already
    if (batch.isStale()) throw new OwnershipEnded('stale');
    // Outputs before state: a crash in between repeats them, the other way round it would lose them.
    if (stepped.outputs.length > 0) await ask(() => broker.produce(stepped.outputs));
    onPoint('produced');
    const writes = changedStates(stage, entries);
    const { offset, timestampMs } = last;
    const applied = await ask(() => store.apply(scopeOf(batch), ownership.epoch, writes, offset, timestampMs));
    if (applied.kind === 'fenced') throw new OwnershipEnded('fenced');
    onPoint('applied');
    for (const entry of entries.values()) {
      if (!entry.changed) continue;
      entry.changed = false;
      ownership.states.keep(entry);
    }
    work.progress();
    owner.nextOffset = last.offset + 1;
    owner.rests = 0;
    owner.pausedFor = undefined;
    metrics.recordsEmitted(stepped.emitted);
    metrics.recordsSkipped(stepped.skipped);
    for (const reason of stepped.deadLetters) metrics.deadLetter(reason);
    if (stepped.deadLetters.length > 0) tellDeadLetters(batch, stepped.deadLetters);
    metrics.microBatch(stepped.count, (performance.now() - startedAtMs) / 1000);
    owner.lagRecords = Math.max(0, batch.highWatermark - owner.nextOffset);
    owner.reachedAtMs = last.timestampMs;
    const ageMs = owner.lagRecords === 0 ? 0 : Math.max(0, date.nowMs() - last.timestampMs);
    metrics.lag(owner.partition, owner.lagRecords, ageMs / 1000);
    return stepped;
  }

  /** One line a micro-batch, whatever is wrong: a flood of refused records must not become a flood of lines. */
  function tellDeadLetters({ topic, partition }: RecordBatch, reasons: readonly string[]): void {
    const told = { topic, partition, records: reasons.length, reasons: [...new Set(reasons)] };
    log.warn(told, 'records set aside; `gaitkeeper tail dead-letters` shows their details and original bytes');
  }

  async function workThrough(work: BatchInHand<State>): Promise<BatchOutcome> {
    const { owner, batch, ask, signOfLife } = work;
    const { records } = batch;
    const first = records[0]?.offset ?? 0;
    if (owner.ownership === undefined) {
      const taken = await ownerships.take(owner, batch, work);
      if (taken.kind === 'rest') return pause(owner, first, taken.reason, taken.detail);
      if (taken.kind === 'seek') return taken;
    }
    const { ownership } = owner;
    if (ownership === undefined) throw new OwnershipEnded('stale');
    if (ownership.corrupt !== undefined) throw ownership.corrupt;
    if (first > owner.nextOffset) {
      const offset = await closeGap(owner, first, () => ask(() => oldestOffset(batch)), { log, metrics });
      if (offset !== undefined) return { kind: 'seek', offset };
    }
    let next = records.findIndex((record) => record.offset >= owner.nextOffset);
    let blocks = 0;
    while (next >= 0 && next < records.length) {
      await signOfLife();
      const { count, blockedBy } = await advance(work, ownership, next);
      next += count;
      if (count > 0) blocks = 0;
      if (blockedBy === undefined) continue;
      blocks += 1;
      if (blocks < attempts) await wait(clock, firstRetryDelayMs * 2 ** (blocks - 1));
      else return pause(owner, records[next]?.offset ?? owner.nextOffset, blockedBy, 'the stage cannot do without it');
    }
    return { kind: 'done', nextOffset: (records.at(-1)?.offset ?? first) + 1 };
  }

  /** Works through the batch, or sees to it that a corrupt state is built again. */
  async function healing(work: BatchInHand<State>, first: number): Promise<BatchOutcome> {
    const { owner, batch } = work;
    try {
      return await workThrough(work);
    } catch (error) {
      if (!(error instanceof StateCorrupt)) throw error;
      const { reason, detail } = await ownerships.heal(owner, batch, work, error);
      return pause(owner, first, reason, detail);
    }
  }

  /** The work was given up. What was made durable before stays so, and may be committed. */
  async function ended({ owner, batch, signOfLife }: BatchInHand<State>, how: 'stale' | 'fenced', reached: number) {
    const first = batch.records[0]?.offset ?? reached;
    const seek: BatchOutcome = { kind: 'seek', offset: first };
    if (how === 'stale') {
      const nextOffset = Math.min(reached, (batch.records.at(-1)?.offset ?? first) + 1);
      return nextOffset > first ? ({ kind: 'done', nextOffset } as const) : seek;
    }
    metrics.fenced();
    log.error({ partition: owner.partition }, 'state refused: another member owns the partition, or the store lost us');
    // A later owner means that we are out of the group, which a sign of life tells us. Otherwise we ask the store again,
    // after a rest: two members that both believe to be the owner must not fence each other in a tight loop.
    const alive = await signOfLife().then(
      () => true,
      () => false,
    );
    return alive ? pause(owner, first, 'fenced', 'asks the store again') : seek;
  }

  return {
    release,
    async handle(owner, batch) {
      const work = takeInHand(owner, batch, clock, options);
      const first = batch.records[0]?.offset ?? 0;
      try {
        if (owner.finishedBatch) onPoint('committed');
        owner.finishedBatch = false;
        const outcome = await healing(work, first);
        owner.finishedBatch = outcome.kind === 'done';
        if (owner.finishedBatch) owner.stepsSingly = false;
        if (outcome.kind === 'pause') release(owner);
        return outcome;
      } catch (error) {
        const reached = owner.ownership === undefined ? first : owner.nextOffset;
        release(owner);
        if (error instanceof OwnershipEnded) return await ended(work, error.how, reached);
        if (error instanceof StepDefect) {
          owner.stepsSingly = true;
          log.error({ partition: owner.partition, offset: error.offset, err: error.cause }, 'a step failed');
        }
        const reason = reasonToPause(error);
        if (reason === undefined) throw error; // a defect: the member starts again from the committed offsets
        return pause(owner, Math.max(first, reached), reason, (error as Error).message);
      } finally {
        work.end();
      }
    },
  };
}
