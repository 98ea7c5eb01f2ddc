import { afterEach, describe, expect, it } from '@jest/globals';
import { alertIdOf } from '../../alerting/alerts/alert-id.ts';
import { ecsLine } from '../../alerting/formats/ecs.ts';
import type { Verdict } from '../../detection/words/verdict.ts';
import type { Broker } from '../../platform/broker/broker.ts';
import { createMemoryBroker } from '../../platform/broker/memory-broker.ts';
import type { IncidentRevision } from '../../schemas/incident.ts';
import { createIncidentTopicCodec } from '../../schemas/incident-topic.ts';
import { topicNames } from '../../schemas/topic-names.ts';
import { createVerdictCodec } from '../../schemas/verdict.ts';
import { incidentAlertOf } from '../../test/fixtures/alert-fixture.ts';
import { revisionOf } from '../../test/fixtures/incident-fixture.ts';
import { contributionOf, judgementOf, verdictAt } from '../../test/fixtures/verdict-fixture.ts';
import { explainIncident } from './explain-incident.ts';
import { explainedInWords } from './explained-in-words.ts';

const topics = topicNames('test.');
const incidents = createIncidentTopicCodec();
const verdicts = createVerdictCodec();
const modalities = [judgementOf('keystrokes', [contributionOf('hold-left-mean')], { vector: [1, 2, 3] })];
const highAt = (offset: number, risk: number) => verdictAt(offset, 'impostor', risk, { modalities });
const [first, calm, second] = [highAt(7, 81.5), verdictAt(8, 'genuine', 12), highAt(9, 94)];
const opened = revisionOf({
  verdictId: first.verdictId,
  openingVerdictId: first.verdictId,
  startedAtMs: first.receivedAtMs,
  atMs: first.receivedAtMs,
});
const escalated: IncidentRevision = {
  ...opened,
  ...{ revision: 2, state: 'escalated', severity: 'critical', risk: 94, highestRisk: 94, highVerdicts: 2 },
  ...{ verdictId: second.verdictId, atMs: second.receivedAtMs },
};
const { id: _, ...unnamed } = incidentAlertOf({ incident: escalated });
const alert = { ...unnamed, id: alertIdOf(unnamed) };

const brokers: Broker[] = [];
afterEach(async () => {
  for (const broker of brokers.splice(0)) await broker.close();
});

async function installation(told: readonly Verdict[] = [first, calm, second]) {
  const broker = createMemoryBroker();
  brokers.push(broker);
  await broker.connect();
  const definition = { partitions: 4, replicationFactor: 1, config: {} };
  await broker.createTopics(Object.values(topics).map((name) => ({ name, ...definition })));
  const other = verdictAt(9, 'impostor', 99, { subject: 'd'.repeat(32) });
  const elsewhere = verdictAt(10, 'genuine', 3, { receivedAtMs: second.receivedAtMs, device: 'e'.repeat(32) });
  await broker.produce(
    [...told, other, elsewhere].map((verdict) => ({
      ...{ topic: topics.verdicts, key: Buffer.from(verdict.subject), value: verdicts.encode(verdict) },
    })),
  );
  await broker.produce(
    [escalated, opened, opened].map((value) => ({
      topic: topics.incidents,
      key: Buffer.from(value.subject),
      value: incidents.encode({ kind: 'incident', value }),
    })),
  );
  await broker.produce([
    { topic: topics.alerts, key: null, value: Buffer.from(`{"event":{"id":"${alert.id}"}} nonsense`) },
    { topic: topics.alerts, key: Buffer.from(opened.subject), value: ecsLine(alert) },
  ]);
  const steps = new Set<string>();
  const explain = (id: string) => explainIncident(id, { broker, topics, onStep: (step) => steps.add(step) });
  return { explain, steps };
}

describe('the explanation of an incident', () => {
  it.each([
    ['incident', opened.incidentId],
    ['verdict', second.verdictId],
    ['alert', alert.id],
  ])('is found by the id of an %s', async (found, id) => {
    const { explain } = await installation();
    const explained = await explain(id);
    expect(explained).toMatchObject({ found, incidentId: opened.incidentId, missingVerdicts: 0, verdictsMeanwhile: 3 });
    const chain = explained.revisions.map(({ revision, verdict }) => [revision.revision, verdict?.verdictId]);
    expect(chain).toEqual([
      [1, first.verdictId],
      [2, second.verdictId],
    ]);
    expect(explained.opening?.source).toEqual(first.source);
  });

  it('tells verdicts, features, evidence and template in words, and no vector', async () => {
    const { explain, steps } = await installation();
    const explained = await explain(opened.incidentId);
    expect(JSON.stringify(explained)).not.toContain('"vector"');
    const words = explainedInWords(explained);
    expect(words).toContain('2 high-risk of 3 verdicts');
    expect(words).toContain('hold-left-mean 212 ms, above the typical 118 ms (40 % of the score)');
    expect(words).toContain('batch gaitkeeper.behaviour.v1/0/9');
    expect(words).toMatch(/template: own, 412 windows, trained .* days before\), version 3{64}/);
    expect(words).toContain('what else could explain it: ');
    expect([...steps]).toEqual(['incidents', 'verdicts']);
  });

  it('says which verdicts retention has taken, and tells the rest', async () => {
    const { explain } = await installation([second]);
    const explained = await explain(opened.incidentId);
    expect(explained).toMatchObject({ missingVerdicts: 1, opening: undefined });
    const words = explainedInWords(explained);
    expect(words).toContain('its verdict is no longer on the topic');
    expect(words).toContain('1 of its verdicts are gone');
  });

  it('of what nobody knows is refused with what to do', async () => {
    const { explain } = await installation();
    await expect(explain('9'.repeat(32))).rejects.toThrow(/nothing has the id 9{32}.*\n {2}fix: /s);
  });
});
