import { expect, it } from '@jest/globals';
import { type KafkaNode, kafkaNodeProperties } from './kafka-node-properties.ts';

const node: KafkaNode = { node: 1, ports: [101, 102, 201, 202, 301, 302], dataDir: '/data' };

function property(text: string, name: string): string | undefined {
  return text
    .split('\n')
    .find((line) => line.startsWith(`${name}=`))
    ?.slice(name.length + 1);
}

it('a node tells clients and the other nodes where it listens itself', () => {
  const text = kafkaNodeProperties(node);
  expect(property(text, 'listeners')).toBe('PLAINTEXT://127.0.0.1:201,CONTROLLER://127.0.0.1:202');
  expect(property(text, 'advertised.listeners')).toBe('PLAINTEXT://127.0.0.1:201');
  expect(property(text, 'inter.broker.listener.name')).toBe('PLAINTEXT');
});

it('a node behind a proxy sends its clients there, and the other nodes straight to itself', () => {
  const text = kafkaNodeProperties({ ...node, advertised: { clientPort: 900, internalPort: 203 } });
  const internal = 'INTERNAL://127.0.0.1:203';
  expect(property(text, 'listeners')).toBe(`PLAINTEXT://127.0.0.1:201,CONTROLLER://127.0.0.1:202,${internal}`);
  expect(property(text, 'advertised.listeners')).toBe(`PLAINTEXT://127.0.0.1:900,${internal}`);
  expect(property(text, 'inter.broker.listener.name')).toBe('INTERNAL');
});
