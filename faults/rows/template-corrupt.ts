import { setTimeout as delay } from 'node:timers/promises';
import { valueKeyPrefix } from '../../cli/connections.ts';
import type { Template } from '../../detection/words/template.ts';
import { RedisKeyValueStore } from '../../platform/store/redis-key-value-store.ts';
import { createTemplateActivationCodec } from '../../schemas/template-activation.ts';
import { activationRecords } from '../../templates/activation-records.ts';
import { encodeTemplate, templateVersion } from '../../templates/template-format.ts';
import type { Row } from '../campaign/row.ts';
import type { FaultRun } from '../harness/fault-run.ts';
import { type SpoiledKind, type SpoiledTemplate, spoiledKinds } from '../harness/spoiled-templates.ts';
import { beforeMs, steadyPerSecond } from './load-rates.ts';

/** Of the others, so many each. */
const flippedBits = 256;
const perKind = 8;
/** Few among many batches: a flood of refused records would stop the stage, and is another row's business. */
const betweenMs = 60;
const loadFactor = 4;
/** Of each kind: a process' last words hold the newest lines alone. */
const alarmsAtLeast = 4;

/** The log line of a refused activation, as an operator's alarm finds it. */
const alarm = 'activation refused, the active template stays';

const countOf = ({ kind }: SpoiledKind): number => (kind === 'bit-flipped' ? flippedBits : perKind);

/** Of these versions, how many the scorers' logs have an error for that names the reason. */
function alarmsFor(run: FaultRun, versions: ReadonlySet<string>, reason: string): number {
  const lines = run.scorers().flatMap((scorer) => scorer.lastWords(1_000).split('\n'));
  const said = lines
    .filter((line) => line.startsWith('{') && line.includes(`"${alarm}"`))
    .map((line) => JSON.parse(line) as { level: string; version: string; reason: string });
  return new Set(
    said
      .filter((line) => line.level === 'error' && line.reason === reason && versions.has(line.version))
      .map(({ version }) => version),
  ).size;
}

/** Templates that are not what their name says, or must judge nobody: each kind in turn, all activated as sound ones are. */
export const templateCorrupt: Row = {
  name: 'template-corrupt',
  number: 25,
  title:
    'templates with one bit flipped, at 256 places, cut, swapped, older, of somebody else, or with NaN, are activated for people who have a sound one',
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
    const activations = (labels?: { outcome: string }) =>
      run.scorersSay('gaitkeeper_template_activations_total', labels);
    const refusals = async () => (await activations()) - (await activations({ outcome: 'activated' }));
    const refusedBefore = await refusals();

    async function inject({ owner, version, bytes }: SpoiledTemplate): Promise<void> {
      await values.put(`template:${version}`, bytes);
      const plan = { topic: topics.behaviour, partitions: 1, activatedAtMs: clock.nowMs(), by: 'faults' };
      await run.put(activationRecords(codec, { ...owner, version }, plan));
    }

    const atMs = clock.nowMs();
    const proofs: { what: string; seen: number; atLeast: number }[] = [];
    let given = 0;
    for (const spoiled of spoiledKinds) {
      const { kind, reason } = spoiled;
      const count = countOf(spoiled);
      const before = await activations({ outcome: reason });
      const versions: string[] = [];
      for (let number = 0; number < count; number++) {
        const own = people.own[given % people.own.length];
        const other = people.own[(given + 1) % people.own.length];
        if (own === undefined || other === undefined) throw new Error('nobody has a template');
        given += 1;
        // Never seen before, so that no scorer has it at hand.
        const fresh = (template: Omit<Template, 'version'>) => {
          return { ...template, trainedAtMs: template.trainedAtMs + given };
        };
        const made = spoiled.make({
          ...{ own: fresh(own), older: own, other: fresh(other) },
          ...{ place: number / count, random: run.random },
        });
        await inject(made);
        versions.push(made.version);
        await delay(betweenMs);
      }
      const counted = async () => (await activations({ outcome: reason })) - before;
      await run.until(`${kind} templates are refused as ${reason}`, async () => (await counted()) >= count);
      const alarms = () => alarmsFor(run, new Set(versions), reason);
      await run.until(`the log has an error for ${kind} templates`, () => alarms() >= alarmsAtLeast);
      proofs.push(
        { what: `${kind} templates that were refused as ${reason}`, seen: await counted(), atLeast: count },
        { what: `errors in the log that say so of ${kind} ones`, seen: alarms(), atLeast: alarmsAtLeast },
      );
    }
    // The same people take a sound one afterwards: it was not they who were refused.
    const [last] = people.own;
    if (last === undefined) throw new Error('nobody has a template');
    const soundBytes = encodeTemplate({ ...last, trainedAtMs: last.trainedAtMs + given + 1 });
    const activatedBefore = await activations({ outcome: 'activated' });
    await inject({ owner: last, version: templateVersion(soundBytes), bytes: soundBytes });
    const soundTaken = async () => (await activations({ outcome: 'activated' })) > activatedBefore;
    await run.until('a sound template is taken', soundTaken);
    const recoveriesMs = await run.recoveries(atMs);
    await run.settle();
    const refused = (await refusals()) - refusedBefore;
    return {
      recoveriesMs,
      proofs,
      figures: { given, refused },
      breaches: refused === given ? [] : [`${given} spoiled templates were given, ${refused} activations refused`],
    };
  },
};
