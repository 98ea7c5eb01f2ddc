import { connect } from 'node:net';

const withinMs = 5_000;

/** Bytes that a Redis without a password uses, as it says itself. */
export function redisMemoryBytes(url: string): Promise<number> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write('INFO memory\r\n'));
    let text = '';
    socket.setTimeout(withinMs, () => socket.destroy(new Error('Redis did not answer INFO in time')));
    socket.on('error', reject);
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      const found = /used_memory:(\d+)\r\n/.exec(text);
      if (found === null) return;
      socket.destroy();
      resolve(Number(found[1]));
    });
  });
}
