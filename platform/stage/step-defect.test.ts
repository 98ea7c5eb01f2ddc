import { afterEach, describe, expect, it } from '@jest/globals';
import { quickOptions, until } from '../../test/contracts/staged-run.ts';
import { createCapturedLog } from '../../test/fixtures/captured-log.ts';
import { recordsIn } from '../../test/fixtures/records-in.ts';
import { createMemoryBroker } from '../broker/memory-broker.ts';
import { createMetrics } from '../metrics.ts';
import { MemoryStateStore } from '../store/memory-state-store.ts';
import type { KeyedStage } from './keyed-stage.ts';
import { createKeyedStageRunner } from './run-keyed-stage.ts';

const cleanUps: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

/** Counts the records of each key, in place; a version with a defect throws at a word, when it has counted it already. */
function countingStage(failsAt: () => string | undefined): KeyedStage<{ count: number }> {
  return {
    ...{ name: 'counting', group: 'g', inputTopic: 'in' },
    keysOf: ({ key }) => [String(key)],
    decodeState: (bytes) => ({ count: bytes?.readUInt32BE(0) ?? 0 }),
    encodeState({ count }) {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32BE(count);
      return bytes;
    },
    step({ key, value }, states) {
      const state = states.get(String(key));
      state.count += 1;
      if (value?.toString() === failsAt()) throw new TypeError('nobody thought of this');
      states.set(String(key), state);
      return { kind: 'emit', records: [{ topic: 'out', key, value: Buffer.from(`${value} ${state.count}`) }] };
    },
    deadLetter: ({ key, value }) => ({ topic: 'dead', key, value }),
  };
}

describe('a version that fails at a record', () => {
  it('rests the partition for all to see, holds nothing back before it, and counts nothing twice once it is mended', async () => {
    const broker = createMemoryBroker();
    await broker.connect();
    cleanUps.push(() => broker.close());
    const topic = { partitions: 1, replicationFactor: 1, config: {} };
    await broker.createTopics(['in', 'out', 'dead'].map((name) => ({ name, ...topic })));
    const { log, lines } = createCapturedLog();
    const metrics = createMetrics();
    let failsAt: string | undefined = 'fatal';
    const stage = countingStage(() => failsAt);
    const runner = createKeyedStageRunner({
      stage,
      broker,
      store: new MemoryStateStore(),
      log,
      metrics,
      options: quickOptions,
    });
    cleanUps.push(() => runner.stop());
    const words = ['one', 'two', 'three', 'fatal', 'four', 'five'];
    await broker.produce(words.map((word) => ({ topic: 'in', key: Buffer.from('k'), value: Buffer.from(word) })));
    await runner.start();
    const written = async () => (await recordsIn(broker, 'out')).map(({ value }) => value?.toString());
    await until(async () => (await written()).length === 3);
    await until(async () => runner.health().paused.length > 0);
    expect(runner.health().paused).toEqual([{ partition: 0, reason: 'defect' }]);
    expect(await metrics.exposition()).toMatch(
      /gaitkeeper_stage_pauses_total\{stage="counting",reason="defect"\} [1-9]/,
    );
    expect(lines.join('')).toContain('nobody thought of this');
    failsAt = undefined;
    await until(async () => (await written()).length === words.length);
    expect(await written()).toEqual(words.map((word, index) => `${word} ${index + 1}`));
    expect(await recordsIn(broker, 'dead')).toEqual([]);
    await until(async () => runner.health().paused.length === 0);
  });
});
