import { connect } from 'node:net';
import { expect, it } from '@jest/globals';
import { describeOn, realKafka, realRedis } from './real-servers.ts';

/** Resolves when something accepts a connection at `host:port`. */
function accepts(address: string): Promise<void> {
  const [host = '', port = ''] = address.split(':');
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), host, () => {
      socket.destroy();
      resolve();
    });
    socket.once('error', reject);
  });
}

describeOn('Kafka', realKafka(), ({ brokers }) => {
  it('every broker that the setup names accepts connections', async () => {
    for (const broker of brokers) await expect(accepts(broker)).resolves.toBeUndefined();
  });
});

describeOn('Redis', realRedis(), ({ url }) => {
  it('the server that the setup names accepts connections', async () => {
    await expect(accepts(new URL(url).host)).resolves.toBeUndefined();
  });
});
