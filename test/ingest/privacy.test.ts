import { afterEach, expect, it } from '@jest/globals';
import { BrokerUnavailable } from '../../platform/broker/broker.ts';
import { MemoryKeyValueStore } from '../../platform/store/memory-key-value-store.ts';
import {
  batchOf,
  codec,
  device,
  deviceToken,
  domain,
  host,
  network,
  session,
  startGateway,
  stopGateways,
  subject,
} from './gateway-under-test.ts';

afterEach(stopGateways);

const ids = { device, subject, session, network, domain, host };
const traceOf = (bytes: string, id: string) =>
  bytes.includes(id) ||
  bytes.includes(Buffer.from(id, 'hex').toString('latin1')) ||
  bytes.includes(Buffer.from(id, 'hex').toString('base64'));

it('no id of a collector reaches a record, a log line, a metric, an answer or the store', async () => {
  const store = new MemoryKeyValueStore();
  const under = await startGateway({ store });
  const away = await startGateway({ broker: { produce: () => Promise.reject(new BrokerUnavailable('no leader')) } });
  const answers = [
    await under.send(batchOf()),
    await under.send(batchOf()),
    await under.send(batchOf({ durationMs: 9 })),
    await under.send(batchOf({ subject: 'ab'.repeat(16) })),
    await under.post(codec.encode(batchOf()), {
      authorization: `Bearer ${await deviceToken({ device: 'ab'.repeat(16) })}`,
    }),
    await under
      .post(JSON.stringify({ ...batchOf(), [subject]: 1, sequence: -1 }), { 'content-type': 'application/json' })
      .then(
        // An unknown field is named to its sender, and to nobody else.
        ({ body, ...rest }) => ({ ...rest, body: body.code }),
      ),
    await under.post('', { authorization: `Bearer ${await deviceToken({ issuedAtMs: 0 })}` }),
    await away.send(batchOf()),
  ];
  const records = (await under.records()).map(({ key, value, headers }) =>
    [key?.toString('latin1'), value?.toString('latin1'), JSON.stringify(headers)].join(' '),
  );
  const marks: string[] = [];
  for await (const key of store.keys('')) {
    const [value] = await store.getMany([key]);
    marks.push(`${key} ${value?.toString('latin1')}`);
  }
  const places = {
    records: records.join('\n'),
    logs: under.logLines() + away.logLines(),
    metrics: (await under.exposition()) + (await away.exposition()),
    marks: marks.join('\n'),
    answers: JSON.stringify(answers.map(({ body, headers }) => [body, [...headers]])),
  };
  expect(records).toHaveLength(1);
  expect(marks).toHaveLength(1);
  expect(places.logs).toContain('did not acknowledge');
  for (const [place, bytes] of Object.entries(places)) {
    for (const [name, id] of Object.entries(ids))
      expect([place, name, traceOf(bytes, id)]).toEqual([place, name, false]);
    expect([place, bytes.includes(under.token)]).toEqual([place, false]);
  }
});
