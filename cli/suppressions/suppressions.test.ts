import { afterEach, describe, expect, it } from '@jest/globals';
import { type Broker, BrokerUnavailable } from '../../platform/broker/broker.ts';
import { createMemoryBroker } from '../../platform/broker/memory-broker.ts';
import { createIncidentTopicCodec } from '../../schemas/incident-topic.ts';
import { type SuppressionRule, suppressionLimits } from '../../schemas/suppression.ts';
import { revisionOf } from '../../test/fixtures/incident-fixture.ts';
import { recordsIn } from '../../test/fixtures/records-in.ts';
import { ruleOf } from '../../test/fixtures/suppression-fixture.ts';
import { readIncidents } from '../incidents/read-incidents.ts';
import { listRules } from './listed-rules.ts';
import { writeRule } from './write-rule.ts';

const topic = 'incidents';
const codec = createIncidentTopicCodec();
const brokers: Broker[] = [];
afterEach(async () => {
  for (const broker of brokers.splice(0)) await broker.close();
});

async function installation(partitions = 3) {
  const broker = createMemoryBroker();
  brokers.push(broker);
  await broker.connect();
  await broker.createTopics([{ name: topic, partitions, replicationFactor: 1, config: {} }]);
  const tell = (given: Parameters<typeof revisionOf>[0]) => {
    const value = revisionOf(given);
    return broker.produce([
      { topic, key: Buffer.from(value.subject), value: codec.encode({ kind: 'incident', value }) },
    ]);
  };
  const give = (rule: SuppressionRule) => writeRule({ broker, topic }, rule);
  const list = (nowMs = ruleOf().createdAtMs) => listRules(readIncidents({ broker, topic }), { partitions, nowMs });
  return { broker, tell, give, list };
}

describe('a suppression rule', () => {
  it('is written to every partition with the same bytes', async () => {
    const { broker, give } = await installation();
    expect(await give(ruleOf())).toBe(3);
    const records = await recordsIn(broker, topic);
    expect(records.map(({ partition }) => partition)).toEqual([0, 1, 2]);
    const said = records.map(({ value }) => codec.decode(value));
    expect(said).toEqual([0, 1, 2].map(() => ({ ok: true, value: { kind: 'suppression', value: ruleOf() } })));
  });

  it.each([
    [{ subject: null }, 'scope is everything'],
    [{ owner: '' }, 'owner is empty'],
    [{ expiresAtMs: ruleOf().createdAtMs + suppressionLimits.longestMs + 1 }, 'expiresAtMs'],
  ])('that is not valid is not written', async (wrong, why) => {
    const { broker, give } = await installation();
    await expect(give(ruleOf(wrong))).rejects.toThrow(why);
    expect(await recordsIn(broker, topic)).toEqual([]);
  });

  it('that Kafka did not acknowledge is named, with how to take it back', async () => {
    const { broker } = await installation();
    const produce: Broker['produce'] = () => Promise.reject(new BrokerUnavailable('away'));
    const given = writeRule({ broker: { ...broker, produce }, topic }, ruleOf());
    await expect(given).rejects.toThrow(`suppress remove ${ruleOf().ruleId}`);
  });
});

describe('the list of rules', () => {
  it('says how many revisions each kept back, from where it was given and for as long as it held', async () => {
    const { tell, give, list } = await installation();
    const { expiresAtMs } = ruleOf();
    await tell({ revision: 1 });
    await give(ruleOf());
    await tell({ revision: 2 });
    await tell({ revision: 3, pattern: 'input-injection' });
    await tell({ revision: 1, subject: 'd'.repeat(32) });
    await tell({ revision: 4, tenant: 'other' });
    await tell({ revision: 5, atMs: expiresAtMs });
    await tell({ revision: 6, atMs: expiresAtMs - 1 });
    expect(await list()).toEqual([{ rule: ruleOf(), standing: 'in-force', heldBack: 2 }]);
    expect(await list(expiresAtMs)).toMatchObject([{ standing: 'expired', heldBack: 2 }]);
  });

  it('counts nothing behind the end of a rule that was taken back', async () => {
    const { tell, give, list } = await installation();
    await give(ruleOf());
    await tell({ revision: 1 });
    await give(ruleOf({ action: 'remove' }));
    await tell({ revision: 2 });
    expect(await list()).toMatchObject([{ standing: 'removed', heldBack: 1 }]);
  });

  it('shows rules that stand in some partitions only, and does not guess what a group is', async () => {
    const { broker, tell, give, list } = await installation();
    const one = ruleOf({ ruleId: '1'.repeat(32), createdAtMs: 1, expiresAtMs: 1_000 });
    const group = ruleOf({ ruleId: '2'.repeat(32), subject: null, group: 'contractors' });
    await broker.produce([
      { topic, key: null, partition: 1, value: codec.encode({ kind: 'suppression', value: one }) },
      { topic, key: null, partition: 1, value: Buffer.from('nonsense') },
    ]);
    await give(group);
    await tell({ revision: 1 });
    expect((await list(500)).map(({ rule, ...told }) => [rule.ruleId[0], told])).toEqual([
      ['1', { standing: 'partial', heldBack: 0 }],
      ['2', { standing: 'in-force', heldBack: null }],
    ]);
  });
});
