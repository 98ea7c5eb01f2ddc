import type { Socket } from 'node:net';

/** Ends a connection with a TCP RST: what was on its way is lost, and the peer is told so. */
export function resetSocket(socket: Socket): void {
  if (socket.destroyed) return;
  // A reset while the socket's own FIN is on its way fails with EINVAL and leaves it open for ever (Node 20).
  const finishing = socket.writableEnded && socket.writableLength === 0 && !socket.writableFinished;
  if (finishing) socket.once('finish', () => resetSocket(socket));
  else socket.resetAndDestroy();
}
