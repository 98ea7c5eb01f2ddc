import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Below the range that outgoing connections take theirs from, so that a port stays free until its server listens. */
const lowest = 15_000;
const highest = 32_000;
const attempts = 200;
/** Processes that look for ports at the same time mostly look in different parts of the range. */
const parts = 17;
const partSize = (highest - lowest) / parts;
/** Ports that this process gave away last: their servers may not listen yet. */
const given = new Set<number>();
const mostGiven = partSize / 2;

/** Ports of the loopback interface that nobody listened on a moment ago; all different. Rejects when none is found. */
export async function freePorts(count: number): Promise<number[]> {
  const from = lowest + (process.pid % parts) * partSize;
  const ports: number[] = [];
  for (let attempt = 0; ports.length < count; attempt++) {
    if (attempt === attempts) throw new Error(`no ${count} free ports between ${from} and ${from + partSize}`);
    const port = randomInt(from, from + partSize);
    if (given.has(port)) continue;
    give(port);
    if (await isFree(port)) ports.push(port);
  }
  return ports;
}

function give(port: number): void {
  given.add(port);
  const [oldest] = given;
  if (oldest !== undefined && given.size > mostGiven) given.delete(oldest);
}

function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
