import { createAvroType } from '../schemas/avro.ts';
import { resolveSchema } from '../schemas/avro-node.ts';
import { createBehaviourBatchCodec } from '../schemas/behaviour-batch.ts';
import { compileScan } from '../schemas/bounded-scan.ts';
import { hostileBatches } from '../test/samples/hostile-corpus.ts';

/**
 * How long is a process held up by a body that was sent to hurt it? Every body of the corpus through the batch decoder;
 * beside it bare avsc on two such bodies, scaled down so that the bench ends. Exits with 1 where a body's middle time is
 * above 5 ms. `--json` prints `{constructionMs, bodies: [{name, outcome, ms, coldMs}], worstMs, worstColdMs, limitMs,
 * bareAvsc: [{name, items, outcome, ms, scannedItems, scanned, scannedMs}]}`.
 */
interface Measured {
  name: string;
  outcome: string;
  /** The middle one of many tries by the clock on the wall: what other programs on the machine cost does not count. */
  ms: number;
  /** The first try of a fresh process, with the codec warmed as its construction does it. What other programs cost counts. */
  coldMs: number;
}

const tries = 200;
/** What a refusal may take. */
const limitMs = 5;

function measureBodies(): { constructionMs: number; bodies: Measured[] } {
  const built = performance.now();
  const codec = createBehaviourBatchCodec();
  const constructionMs = performance.now() - built;
  const bodies = hostileBatches().map(({ name, bytes }) => {
    let outcome = '';
    const walls: number[] = [];
    for (let attempt = 0; attempt < tries; attempt++) {
      const started = performance.now();
      const decoded = codec.decode(bytes);
      walls.push(performance.now() - started);
      outcome = decoded.ok ? 'accepted' : decoded.reason;
    }
    const coldMs = walls[0]!;
    walls.sort((one, other) => one - other);
    return { name, outcome, ms: walls[tries >> 1]!, coldMs };
  });
  return { constructionMs, bodies };
}

/** Bare avsc needs the 50 million of the corpus for seconds and gigabytes: it gets a fiftieth, and the scanner all of it. */
function measureBareAvsc() {
  const millionDeclared = Buffer.from('80897a', 'hex');
  const fiftyMillionDeclared = Buffer.from('80c2d72f', 'hex');
  const million = 1_000_000;
  return [
    { name: 'array of doubles declared in 3 bytes', json: { type: 'array', items: 'double' } },
    {
      name: 'array of keystrokes declared in 3 bytes',
      json: { type: 'array', items: { type: 'record', name: 'K', fields: [{ name: 'holdMs', type: 'int' }] } },
    },
  ].map(({ name, json }) => {
    const type = createAvroType(json);
    const started = performance.now();
    const outcome = outcomeOf(() => type.read(millionDeclared, 0).end);
    const ms = performance.now() - started;
    const scan = compileScan(resolveSchema(json), { maxItems: 4096 });
    const scanStarted = performance.now();
    const scanned = scan(fiftyMillionDeclared, 0);
    const scannedMs = performance.now() - scanStarted;
    return {
      name,
      items: million,
      outcome,
      ms,
      scannedItems: 50 * million,
      scanned: scanned.ok ? 'passed' : scanned.reason,
      scannedMs,
    };
  });
}

function outcomeOf(read: () => number): string {
  try {
    return read() < 0 ? 'truncated, after allocating all of it' : 'accepted';
  } catch (error) {
    return error instanceof Error ? error.message : 'thrown';
  }
}

const { constructionMs, bodies } = measureBodies();
const worstMs = Math.max(...bodies.map(({ ms }) => ms));
const worstColdMs = Math.max(...bodies.map(({ coldMs }) => coldMs));
const bareAvsc = measureBareAvsc();

if (process.argv.includes('--json')) {
  process.stdout.write(`${JSON.stringify({ constructionMs, bodies, worstMs, worstColdMs, limitMs, bareAvsc })}\n`);
} else {
  const line = (ms: number, coldMs: number, words: string) =>
    process.stdout.write(`${ms.toFixed(4).padStart(9)} ms ${coldMs.toFixed(3).padStart(8)} ms cold  ${words}\n`);
  for (const { name, outcome, ms, coldMs } of bodies) line(ms, coldMs, `${outcome.padEnd(16)} ${name}`);
  process.stdout.write(`${constructionMs.toFixed(1)} ms to build and warm the codec\n`);
  line(worstMs, worstColdMs, `worst of ${bodies.length} bodies, ${tries} tries each`);
  for (const { name, items, outcome, ms, scannedItems, scannedMs } of bareAvsc) {
    process.stdout.write(`${name}: bare avsc ${ms.toFixed(0)} ms for ${items} (${outcome}), `);
    process.stdout.write(`scanner ${scannedMs.toFixed(3)} ms for ${scannedItems}\n`);
  }
}

if (worstMs > limitMs) {
  process.stderr.write(`a body took ${worstMs.toFixed(2)} ms: at most ${limitMs} ms are allowed\n`);
  process.exitCode = 1;
}
