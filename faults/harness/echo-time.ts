import { connect } from 'node:net';

/** A line by hand holds 64 KiB at most. */
const maxBytes = 60_000;
const tries = 3;
const giveUpAfterMs = 20_000;

/**
 * How long a Redis takes to say back so many bytes by a way, ms: the quickest of three tries, so that only what holds up
 * each of them counts. Rejects where it does not answer.
 */
export async function echoMs(port: number, bytes = maxBytes): Promise<number> {
  let quickest = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < tries; attempt++) quickest = Math.min(quickest, await echoOnce(port, bytes));
  return quickest;
}

function echoOnce(port: number, bytes: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    const deadline = setTimeout(() => socket.destroy(new Error(`no echo within ${giveUpAfterMs} ms`)), giveUpAfterMs);
    let startedAtMs = 0;
    let got = 0;
    socket.once('connect', () => {
      startedAtMs = performance.now();
      socket.write(`ECHO ${'e'.repeat(bytes)}\r\n`);
    });
    socket.on('data', (piece: Buffer) => {
      got += piece.length;
      if (got < bytes) return;
      resolve(performance.now() - startedAtMs);
      socket.destroy();
    });
    socket.once('error', reject);
    socket.once('close', () => {
      clearTimeout(deadline);
      reject(new Error('the way was cut before the whole echo had come'));
    });
  });
}
