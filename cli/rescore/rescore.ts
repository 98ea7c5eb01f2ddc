import type { Template } from '../../detection/words/template.ts';
import type { Decision } from '../../detection/words/verdict.ts';
import type { Broker, ConsumedRecord, OutgoingRecord } from '../../platform/broker/broker.ts';
import type { Clock } from '../../platform/clock.ts';
import type { KeyedStage, StepOutcome } from '../../platform/stage/keyed-stage.ts';
import { wait } from '../../platform/stage/patience.ts';
import { StoreUnavailable } from '../../platform/store/state-store.ts';
import { createBehaviourTopicCodec } from '../../schemas/behaviour-topic.ts';
import { createVerdictCodec } from '../../schemas/verdict.ts';
import type { ScorerState } from '../../scorer/scorer-state.ts';
import { isTemplateOf } from '../../scorer/template-owner.ts';
import type { LiveVerdicts } from './live-verdicts.ts';
import { createReplayedStates, type ReplayedView } from './replayed-states.ts';
import { isBefore, isIn, partitionOf, type RescoreWindow } from './rescore-window.ts';

/** What rescoring needs. */
export interface RescoreOptions {
  broker: Pick<Broker, 'read'>;
  stage: KeyedStage<ScorerState>;
  live: LiveVerdicts;
  window: RescoreWindow;
  /** Judges instead of its owner's own. */
  override?: Template;
  /** Takes the new verdicts; without it they are only compared. */
  produce?: (verdicts: readonly OutgoingRecord[]) => Promise<unknown>;
  clock: Clock;
  onRead?: (records: number) => void;
}

/** What came of rescoring. */
export interface RescoreReport {
  /** Time of the oldest record that the states rest on, ISO 8601; `null` where there was none. */
  statesFrom: string | null;
  /** Records read, those before the window included. */
  records: number;
  /** New verdicts on the batches of the window. */
  verdicts: number;
  sameDecision: number;
  differentDecision: number;
  withoutLiveVerdict: number;
  /** How decisions changed, the most frequent first. */
  changes: { live: Decision; rescored: Decision; verdicts: number }[];
  /** Records of the window that this version would set aside, by reason. */
  deadLetters: Record<string, number>;
}

const verdictsPerProduce = 500;
const attempts = 4;
const firstRetryDelayMs = 250;

/**
 * Steps the kept behaviour through the scorer's own stage, from the oldest record on, with states that exist here alone.
 * Nothing of the running system is written. @throws StoreUnavailable where a template cannot be had
 */
export async function rescore(options: RescoreOptions): Promise<RescoreReport> {
  const { broker, stage, live, window, override, clock, onRead } = options;
  const states = createReplayedStates(stage, override);
  const behaviour = createBehaviourTopicCodec();
  const codec = createVerdictCodec();
  const onlyPartition = partitionOf(window);
  const changes = new Map<string, RescoreReport['changes'][number]>();
  let oldestMs = Number.POSITIVE_INFINITY;
  let waiting: OutgoingRecord[] = [];
  const report: RescoreReport = {
    ...{ statesFrom: null, records: 0, verdicts: 0, sameDecision: 0, differentDecision: 0, withoutLiveVerdict: 0 },
    ...{ changes: [], deadLetters: {} },
  };

  /** An activation of the template's owner: it would end what was asked for. */
  function isOverridden({ value }: ConsumedRecord): boolean {
    if (override === undefined) return false;
    const read = behaviour.decode(value);
    return read.ok && read.value.kind === 'activation' && isTemplateOf(override, read.value.value);
  }

  async function stepped(record: ConsumedRecord, view: ReplayedView): Promise<StepOutcome> {
    for (let attempt = 1; ; attempt++) {
      const outcome = await stage.step(record, view);
      if (outcome.kind !== 'unavailable') return outcome;
      if (attempt === attempts) throw new StoreUnavailable(`${outcome.dependency} does not answer`);
      await wait(clock, firstRetryDelayMs * 2 ** (attempt - 1));
    }
  }

  async function take(verdicts: readonly OutgoingRecord[], record: ConsumedRecord): Promise<void> {
    for (const { value } of verdicts) {
      const read = codec.decode(value);
      if (!read.ok) throw new Error(`a verdict of our own cannot be read: ${read.detail}`);
      compare(live.at(record.partition, record.offset)?.decision, read.value.decision);
    }
    if (options.produce === undefined) return;
    waiting.push(...verdicts);
    if (waiting.length >= verdictsPerProduce) await flush();
  }

  async function flush(): Promise<void> {
    const verdicts = waiting;
    waiting = [];
    if (verdicts.length > 0) await options.produce?.(verdicts);
  }

  function compare(before: Decision | undefined, now: Decision): void {
    report.verdicts += 1;
    if (before === undefined) report.withoutLiveVerdict += 1;
    else if (before === now) report.sameDecision += 1;
    else {
      report.differentDecision += 1;
      const name = `${before}/${now}`;
      const change = changes.get(name) ?? { live: before, rescored: now, verdicts: 0 };
      changes.set(name, { ...change, verdicts: change.verdicts + 1 });
    }
  }

  for await (const record of broker.read({ topic: stage.inputTopic, from: 'earliest', until: 'end' })) {
    report.records += 1;
    onRead?.(report.records);
    const { partition, offset, timestampMs } = record;
    if (onlyPartition !== undefined && partition !== onlyPartition) continue;
    if (window.to !== undefined && !isBefore(record, window.to)) continue;
    oldestMs = Math.min(oldestMs, timestampMs);
    if (isOverridden(record)) continue;
    const view = states.viewOf(partition, stage.keysOf(record), live.at(partition, offset)?.judgedBy);
    const outcome = await stepped(record, view);
    if (outcome.kind === 'emit') view.settle();
    if (!isIn(window, record)) continue;
    if (outcome.kind === 'emit') await take(outcome.records, record);
    else if (outcome.kind === 'dead-letter') {
      report.deadLetters[outcome.reason] = (report.deadLetters[outcome.reason] ?? 0) + 1;
    }
  }
  await flush();
  report.changes = [...changes.values()].sort((a, b) => b.verdicts - a.verdicts);
  report.statesFrom = oldestMs === Number.POSITIVE_INFINITY ? null : new Date(oldestMs).toISOString();
  return report;
}
