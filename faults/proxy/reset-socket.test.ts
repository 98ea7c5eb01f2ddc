import { expect, it } from '@jest/globals';
import { eventually } from '../../test/contracts/eventually.ts';
import { connectPeer, startPeerServer } from '../../test/fixtures/tcp-peer.ts';
import { resetSocket } from './reset-socket.ts';

it.each([
  ['open', false],
  ['sending its own end', true],
])('a socket that is %s is reset, and is gone', async (_, ending) => {
  const server = await startPeerServer(() => {});
  const client = connectPeer(server.port);
  await eventually('it is connected', () => server.peers.length === 1);
  if (ending) client.socket.end();
  resetSocket(client.socket);
  resetSocket(client.socket);
  await eventually('the socket is gone', () => client.socket.closed);
  expect(client.ended()).toBeUndefined();
  // Who has read the end of a stream reads no more, and learns of the reset when it writes.
  const [peer] = server.peers;
  if (ending) await eventually('the server has read the end', () => peer?.ended() === 'fin');
  if (ending) peer?.socket.write('too late');
  await eventually('the server is told', () => ['ECONNRESET', 'EPIPE'].includes(peer?.ended() ?? ''));
  await server.stop();
});
