import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { topicNames } from '../schemas/topic-names.ts';
import { templateFileLimits } from '../templates/template-format.ts';
import { planTopics, readTopicDefinitions, topicsFile } from './topic-definitions.ts';

const folder = mkdtempSync(join(tmpdir(), 'gaitkeeper-topics-'));
afterAll(() => rmSync(folder, { recursive: true }));

const definitions = readTopicDefinitions(topicsFile, { prefix: 'gaitkeeper.' });

describe('the topic definitions', () => {
  it('keep a day of behaviour longer than any restart, and name every topic once', () => {
    const behaviour = definitions.find(({ name }) => name === 'gaitkeeper.behaviour.v1');
    expect(behaviour?.partitions).toBe(24);
    expect(Number(behaviour?.config['retention.ms'])).toBe(72 * 3_600_000);
    expect(new Set(definitions.map(({ name }) => name)).size).toBe(definitions.length);
  });

  it('have room for every template file, and for a snapshot of every partition that a stage reads', () => {
    const named = (name: string) => definitions.find((each) => each.name === `gaitkeeper.${name}.v1`);
    expect(Number(named('templates')?.config['max.message.bytes'])).toBeGreaterThan(
      templateFileLimits.maxBytes + 4_096,
    );
    for (const input of ['behaviour', 'verdicts'])
      expect(named('snapshots')?.partitions).toBe(named(input)?.partitions);
    for (const name of ['templates', 'snapshots']) expect(named(name)?.config['cleanup.policy']).toBe('compact');
    // What is replayed must meet the template that judged it the first time.
    const lag = Number(named('templates')?.config['min.compaction.lag.ms']);
    expect(lag).toBeGreaterThanOrEqual(Number(named('behaviour')?.config['retention.ms']));
  });

  it('define every topic that the processes know by name', () => {
    const names = new Set(definitions.map(({ name }) => name));
    expect(new Set(Object.values(topicNames('gaitkeeper.')))).toEqual(names);
  });

  it('ask for one in-sync replica where there is one broker', () => {
    const single = readTopicDefinitions(topicsFile, { prefix: 'trial.', replicationFactor: 1, partitions: 3 });
    for (const topic of single) {
      expect(topic.name.startsWith('trial.')).toBe(true);
      expect(topic).toMatchObject({ replicationFactor: 1, partitions: 3 });
      expect(topic.config['min.insync.replicas']).toBe('1');
    }
  });

  it('are refused with the place of the mistake', () => {
    const file = join(folder, 'topics.yaml');
    writeFileSync(
      file,
      'defaults: { replicationFactor: 1, config: {} }\ntopics:\n  - { name: x.v1, purpose: p, partition: 3 }\n',
    );
    expect(() => readTopicDefinitions(file, { prefix: '' })).toThrow(/partition/);
  });
});

describe('a topic plan', () => {
  it('creates everything on an empty cluster and nothing on a finished one', () => {
    expect(planTopics(definitions, []).every(({ kind }) => kind === 'create')).toBe(true);
    expect(planTopics(definitions, definitions).every(({ kind }) => kind === 'unchanged')).toBe(true);
  });

  it('names each setting that differs, with both values', () => {
    const [first, ...rest] = definitions;
    if (first === undefined) throw new Error('no topic is defined');
    const other = { ...first, partitions: 5, config: { ...first.config, 'retention.ms': '1' } };
    expect(planTopics(definitions, [other, ...rest])[0]).toEqual({
      kind: 'differs',
      name: first.name,
      differences: [
        { setting: 'partitions', wanted: '24', found: '5' },
        { setting: 'retention.ms', wanted: '259200000', found: '1' },
      ],
    });
  });
});
