import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, expect, it } from '@jest/globals';
import type { Handling } from '../../detection/words/behaviour.ts';
import type { Broker } from '../../platform/broker/broker.ts';
import { createMemoryBroker } from '../../platform/broker/memory-broker.ts';
import { MemoryKeyValueStore } from '../../platform/store/memory-key-value-store.ts';
import { MemoryStateStore } from '../../platform/store/memory-state-store.ts';
import { eventually } from '../contracts/eventually.ts';
import { ada, subjectOf, typedBatch } from '../fixtures/typing-fixture.ts';
import { decidedOf, type InProcessSystem, startInProcess } from './in-process-system.ts';

const subjects = ['a', 'b', 'c', '1', '2', '3', '4', '6'].map(subjectOf);
const prefix = 'gaitkeeper.';

let system: InProcessSystem | undefined;
afterEach(() => system?.stop());

/** A broker on which each verdict takes so long, one after the other, as if it took the scorer that long to make. */
function slowedBroker(): { broker: Broker; setVerdictMs(ms: number): void } {
  const broker = createMemoryBroker();
  let verdictMs = 0;
  let before: Promise<unknown> = Promise.resolve();
  const produce: Broker['produce'] = (records) => {
    if (records[0]?.topic !== `${prefix}verdicts.v1`) return broker.produce(records);
    const turn = before.then(() => delay(records.length * verdictMs));
    before = turn;
    return turn.then(() => broker.produce(records));
  };
  return {
    broker: { ...broker, produce },
    setVerdictMs(ms) {
      verdictMs = ms;
    },
  };
}

it('under overload batches are degraded, shed, refused, and judged in full again; every acknowledged one has its verdict', async () => {
  const { broker, setVerdictMs } = slowedBroker();
  const running = await startInProcess({
    broker,
    states: new MemoryStateStore(),
    values: new MemoryKeyValueStore(),
    settings: {
      ingestLadder: true,
      ingestLagPollMs: 20,
      ingestDegradedAfterMs: 300,
      ingestShedAfterMs: 700,
      ingestRefusedAfterMs: 1_200,
      scorerMaxRecordsPerMicroBatch: 4,
    },
  });
  system = running;
  let sequence = 0;
  const refused: number[] = [];
  let acknowledged = 0;
  /** One batch of everybody. */
  const sendRound = async (): Promise<void> => {
    const own = sequence++;
    const answers = await Promise.all(
      subjects.map((subject) =>
        running.send(typedBatch({ subject, device: subject, sequence: own, rhythm: ada, keys: 10 })),
      ),
    );
    for (const { status, outcome, retryAfterSeconds } of answers) {
      if (status === 202) acknowledged += 1;
      else {
        expect([status, outcome]).toEqual([429, 'scorers-behind']);
        refused.push(retryAfterSeconds ?? 0);
      }
    }
  };

  await sendRound();
  await eventually('the scorers have been seen at work', () => running.settled());
  setVerdictMs(15);
  while (refused.length === 0) await sendRound();
  expect(Math.min(...refused)).toBeGreaterThan(0);
  const atWorst = (await running.recorded()).map(({ handling }) => handling);
  expect(new Set(atWorst)).toEqual(new Set<Handling>(['full', 'degraded', 'shed']));

  setVerdictMs(0);
  await eventually('everything is judged', () => running.settled());
  const levels = async () =>
    Math.max(
      ...(await Promise.all(
        [0, 1, 2, 3].map((partition) => running.counted(`gaitkeeper_ingest_handling_level{partition="${partition}"}`)),
      )),
    );
  await eventually('new batches are judged in full again', async () => (await levels()) === 0);
  const before = (await running.recorded()).length;
  await sendRound();
  await eventually('the last round is judged', () => running.settled());

  const recorded = await running.recorded();
  expect(recorded).toHaveLength(acknowledged);
  expect(recorded.length - before).toBe(subjects.length);
  const placeOf = (batch: { subject: string; sequence: number }) => `${batch.subject}/${batch.sequence}`;
  const wanted = new Map(recorded.map((batch) => [placeOf(batch), batch.handling]));
  const verdicts = decidedOf(await running.verdicts());
  expect(verdicts).toHaveLength(acknowledged);
  for (const verdict of verdicts) {
    const handling = wanted.get(placeOf(verdict));
    expect([verdict.degraded, verdict.reason === 'shed']).toEqual([handling === 'degraded', handling === 'shed']);
    if (verdict.sequence === sequence - 1) expect(handling).toBe('full');
  }
  expect(running.logLines()).toContain('handling of new batches changes');
});
