import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { findKcat } from '../../deploy/local/find-program.ts';
import { createTemporaryFolder } from '../../deploy/local/temporary-folder.ts';
import { createBehaviourTopicCodec } from '../../schemas/behaviour-topic.ts';
import { needs } from '../campaign/injectable.ts';
import type { Row } from '../campaign/row.ts';
import { batchName } from '../harness/acked-log.ts';
import type { FaultRun } from '../harness/fault-run.ts';
import { beforeMs, steadyPerSecond } from './load-rates.ts';

const codecs = ['gzip', 'snappy', 'lz4', 'zstd'] as const;
/** Above what is fetched for a partition at once, below what the topic takes. */
const oversizeBytes = 700_000;

/** A batch as another producer would write it; what it is called. */
async function produceCompressed(run: FaultRun, compression: string): Promise<string> {
  const kcat = findKcat();
  if (!kcat.ok) throw new Error(kcat.detail);
  const [subject = ''] = run.people.subjects;
  const folder = await createTemporaryFolder('gaitkeeper-codec-');
  try {
    const file = join(folder.path, 'batch');
    const value = run.people.nextOf(subject, run.clock.nowMs());
    await writeFile(file, createBehaviourTopicCodec().encode({ kind: 'batch', value }));
    const where = ['-b', run.cluster.kafka.innerBrokers.join(','), '-t', run.topics.behaviour];
    await promisify(execFile)(kcat.path, [
      '-P',
      ...where,
      '-X',
      'partitioner=murmur2_random',
      '-z',
      compression,
      '-k',
      subject,
      file,
    ]);
    return batchName(value);
  } finally {
    await folder.remove();
  }
}

/** Another producer compresses as it likes, and writes what is too large to be read at once. */
export const unknownCodec: Row = {
  name: 'unknown-codec',
  number: 17,
  title: 'another producer writes gzip, snappy, lz4, zstd, and a record larger than a fetch',
  topology: 'one',
  short: false,
  injectable: () => needs(findKcat()),
  async run(run) {
    await run.startScorers(2);
    run.load.start(steadyPerSecond);
    await delay(beforeMs);
    const recoveriesMs: number[] = [];
    const sent: string[] = [];
    for (const codec of codecs) {
      const atMs = run.clock.nowMs();
      sent.push(await produceCompressed(run, codec));
      run.notes.add({ what: 'produced', codec });
      recoveriesMs.push(...(await run.recoveries(atMs)));
    }
    const atMs = run.clock.nowMs();
    const [subject = ''] = run.people.subjects;
    await run.put([{ topic: run.topics.behaviour, key: Buffer.from(subject), value: Buffer.alloc(oversizeBytes, 1) }]);
    recoveriesMs.push(...(await run.recoveries(atMs)));
    await run.settle();
    const judged = sent.filter((name) => run.watch.arrivedAtMs(name) !== undefined).length;
    return {
      recoveriesMs,
      proofs: [{ what: 'batches of another producer that were judged', seen: judged, atLeast: codecs.length }],
    };
  },
};
