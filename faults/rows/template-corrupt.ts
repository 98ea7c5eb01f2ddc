import { setTimeout as delay } from 'node:timers/promises';
import { valueKeyPrefix } from '../../cli/connections.ts';
import { RedisKeyValueStore } from '../../platform/store/redis-key-value-store.ts';
import { createTemplateActivationCodec } from '../../schemas/template-activation.ts';
import { activationRecords } from '../../templates/activation-records.ts';
import { encodeTemplate, templateVersion } from '../../templates/template-format.ts';
import type { Row } from '../campaign/row.ts';
import { beforeMs, steadyPerSecond } from './load-rates.ts';

const positions = 256;
/** Few among many batches: a flood of refused records would stop the stage, and is another row's business. */
const betweenMs = 60;
const loadFactor = 4;

/** Templates that are not what their name says: one bit is wrong, at 256 places of the file. */
export const templateCorrupt: Row = {
  name: 'template-corrupt',
  number: 25,
  title: 'templates with one bit flipped, at 256 places, are activated for people who have a sound one',
  topology: 'one',
  short: false,
  async run(run) {
    const { topics, people, cluster, clock } = run;
    await run.startScorers(1);
    run.load.start(steadyPerSecond * loadFactor);
    await delay(beforeMs);
    const prefix = topics.behaviour.slice(0, -'behaviour.v1'.length);
    const values = new RedisKeyValueStore(cluster.redisConnection, { keyPrefix: valueKeyPrefix(prefix) });
    const codec = createTemplateActivationCodec();
    const atMs = clock.nowMs();
    for (let position = 0; position < positions; position++) {
      const own = people.own[position % people.own.length];
      if (own === undefined) throw new Error('nobody has a template');
      const template = { ...own, trainedAtMs: own.trainedAtMs + position + 1 };
      const bytes = Buffer.from(encodeTemplate(template));
      const version = templateVersion(bytes);
      const at = Math.floor((position * bytes.length) / positions);
      bytes[at] = (bytes[at] ?? 0) ^ (1 << run.random.integer(8));
      await values.put(`template:${version}`, bytes);
      const plan = { topic: topics.behaviour, partitions: 1, activatedAtMs: clock.nowMs(), by: 'faults' };
      await run.put(activationRecords(codec, { ...template, version }, plan));
      await delay(betweenMs);
    }
    const recoveriesMs = await run.recoveries(atMs);
    await run.settle();
    const activations = (labels?: { outcome: string }) =>
      run.scorersSay('gaitkeeper_template_activations_total', labels);
    const otherBytes = await activations({ outcome: 'version-mismatch' });
    const refused = (await activations()) - (await activations({ outcome: 'activated' }));
    return {
      recoveriesMs,
      proofs: [
        {
          what: 'activations refused because the bytes are not those of the version',
          seen: otherBytes,
          atLeast: positions,
        },
      ],
      figures: { refused, refusedAsOtherBytes: otherBytes },
      breaches: refused > positions ? ['a sound template was refused'] : [],
    };
  },
};
