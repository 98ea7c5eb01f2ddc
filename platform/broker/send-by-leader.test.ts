import { describe, expect, it } from '@jest/globals';
import { isPassing } from './kafka-error.ts';
import type { TopicMessages } from './kafka-producer.ts';
import { createSendByLeader } from './send-by-leader.ts';

/** Six partitions, led by turns by `a`, `b` and nobody else unless said so. */
function setUp(failing: Record<string, string> = {}, leaders: (string | undefined)[] = ['a', 'b', 'a', 'b', 'a', 'b']) {
  const sends: string[] = [];
  let lookUps = 0;
  let nowMs = 0;
  const send = createSendByLeader<string>({
    findLeaders: async () => {
      lookUps += 1;
      return leaders;
    },
    keyOf: (leader) => leader,
    sendTo: async (leader, topics) => {
      const places = topics.flatMap(({ topic, messages }) =>
        messages.map(({ partition }) => [topic, partition] as const),
      );
      sends.push(`${leader}: ${places.map(([topic, partition]) => `${topic}${partition}`).join(' ')}`);
      const failure = failing[leader];
      if (failure !== undefined) throw new Error(failure);
      const distinct = new Map(
        places.map(([topicName, partition]) => [`${topicName}${partition}`, { topicName, partition }]),
      );
      return [...distinct.values()].map((place) => ({ ...place, baseOffset: '0' }));
    },
    now: () => nowMs,
  });
  return { send, sends, lookUps: () => lookUps, pass: (ms: number) => (nowMs += ms) };
}

const messages = (topic: string, ...partitions: number[]): TopicMessages => ({
  topic,
  messages: partitions.map((partition) => ({ key: null, value: null, partition })),
});
const places = (acknowledged: { topicName: string; partition: number }[]) =>
  acknowledged.map(({ topicName, partition }) => `${topicName}${partition}`).sort();

describe('sending by leader', () => {
  it('sends to each leader once, in the order given, and asks for leaders once in a while', async () => {
    const { send, sends, lookUps, pass } = setUp();
    expect(places(await send([messages('x', 2, 0, 1, 2), messages('y', 1)]))).toEqual(['x0', 'x1', 'x2', 'y1']);
    expect(sends).toEqual(['a: x2 x0 x2', 'b: x1 y1']);
    await send([messages('x', 0)]);
    expect(lookUps()).toBe(2);
    pass(60_001);
    await send([messages('x', 0)]);
    expect(lookUps()).toBe(3);
  });

  it("keeps one leader's acknowledgements when another fails, and looks the leaders up again", async () => {
    const { send, lookUps } = setUp({ b: 'gone' });
    expect(places(await send([messages('x', 0, 1, 2)]))).toEqual(['x0', 'x2']);
    await expect(send([messages('x', 1)])).rejects.toThrow('gone');
    expect(lookUps()).toBe(2);
  });

  it('sends nothing while a partition has no leader, which passes', async () => {
    const { send, sends } = setUp({}, ['a', undefined]);
    const refused = await send([messages('x', 0, 1)]).then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(isPassing(refused)).toBe(true);
    expect(sends).toEqual([]);
  });
});
