import { connect, createServer, type Socket } from 'node:net';

/** What this process does: serve at a port until it is ended, or measure the ways to that server in turn. */
export type PeerTask =
  | { role: 'server'; port: number }
  | ({ role: 'client'; ports: Record<Way, number>; rounds: number; streamBytes: number } & RoundTrips);

/** Small questions, each after the answer to the one before. */
interface RoundTrips {
  roundTrips: number;
  questionBytes: number;
}

/** Straight over the loopback interface, or through the proxy. */
export type Way = 'direct' | 'proxied';

/** What the client prints, of each way: every round's rate, and every round trip. */
export type PeerFigures = Record<Way, { megabytesPerSecond: number[]; microseconds: number[] }>;

const host = '127.0.0.1';
/** The first byte of a connection says what it is for. */
const purposes = { stream: 0, roundTrips: 1 };
const chunk = Buffer.alloc(64 * 1024, purposes.stream);

/** Takes a stream in and answers its end; sends back what belongs to a round trip. */
function serve(port: number): void {
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    let purpose: number | undefined;
    socket.on('data', (bytes) => {
      purpose ??= bytes[0];
      if (purpose === purposes.roundTrips) socket.write(bytes);
    });
    socket.once('end', () => socket.end(Buffer.of(purposes.stream)));
    socket.on('error', () => socket.destroy());
  });
  server.listen(port, host);
  process.once('SIGTERM', () => process.exit());
}

function open(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host, noDelay: true }, () => resolve(socket));
    socket.once('error', reject);
  });
}

/** Megabytes a second, until the server has had the last byte. */
async function streamRate(port: number, bytes: number): Promise<number> {
  const socket = await open(port);
  const started = performance.now();
  let left = bytes;
  function fill(): void {
    while (left > 0) {
      left -= chunk.length;
      if (socket.write(chunk)) continue;
      socket.once('drain', fill);
      return;
    }
    socket.end();
  }
  fill();
  await new Promise((resolve) => socket.once('data', resolve));
  const seconds = (performance.now() - started) / 1_000;
  socket.destroy();
  return bytes / 1e6 / seconds;
}

async function roundTripTimes(port: number, { roundTrips, questionBytes }: RoundTrips): Promise<number[]> {
  const socket = await open(port);
  const question = Buffer.alloc(questionBytes, purposes.roundTrips);
  const microseconds: number[] = [];
  let missing = 0;
  let answered = (): void => {};
  socket.on('data', (bytes) => {
    missing -= bytes.length;
    if (missing === 0) answered();
  });
  while (microseconds.length < roundTrips) {
    missing = questionBytes;
    const asked = performance.now();
    const answer = new Promise<void>((resolve) => {
      answered = resolve;
    });
    socket.write(question);
    await answer;
    microseconds.push((performance.now() - asked) * 1_000);
  }
  socket.destroy();
  return microseconds;
}

async function measure(task: PeerTask & { role: 'client' }): Promise<PeerFigures> {
  const figures: PeerFigures = {
    direct: { megabytesPerSecond: [], microseconds: [] },
    proxied: { megabytesPerSecond: [], microseconds: [] },
  };
  for (let round = 0; round < task.rounds; round++) {
    for (const way of ['direct', 'proxied'] as const) {
      const port = task.ports[way];
      figures[way].megabytesPerSecond.push(await streamRate(port, task.streamBytes));
      figures[way].microseconds.push(...(await roundTripTimes(port, task)));
    }
  }
  return figures;
}

const task = JSON.parse(process.argv[2] ?? '') as PeerTask;
if (task.role === 'server') serve(task.port);
else process.stdout.write(`${JSON.stringify(await measure(task))}\n`);
