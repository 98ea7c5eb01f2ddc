/**
 * What a batch costs a scorer on each step of the ladder, in microseconds of processor time: `judge` alone, and the whole step
 * as a worker takes it (decode, judge, encode verdict and state), without Kafka and Redis. The batches are the pipeline's:
 * 25 keystrokes each, subjects in random order, half with a template of their own. `--json` prints the figures alone.
 */
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { judge, type Templates } from '../detection/judge.ts';
import { newSubjectState, type SubjectState } from '../detection/subject-state.ts';
import { type BehaviourBatch, type Handling, handlings } from '../detection/words/behaviour.ts';
import type { ConsumedRecord } from '../platform/broker/broker.ts';
import { createLogger } from '../platform/log.ts';
import { createMetrics } from '../platform/metrics.ts';
import { MemoryKeyValueStore } from '../platform/store/memory-key-value-store.ts';
import { createBehaviourBatchCodec } from '../schemas/behaviour-batch.ts';
import { topicNames } from '../schemas/topic-names.ts';
import { createScorerMetrics } from '../scorer/scorer-metrics.ts';
import { createScorerStage } from '../scorer/scorer-stage.ts';
import type { ScorerState } from '../scorer/scorer-state.ts';
import { cohortKey, subjectKey } from '../scorer/state-key.ts';
import { createTemplateCache } from '../templates/template-cache.ts';
import { createTemplateStore } from '../templates/template-store.ts';
import { createLoad, type Load } from './pipeline/load.ts';

const subjects = 400;
const roundsPerMeasurement = 20;
const measurements = 5;
const receivedAtMs = 1_790_000_000_000;

/** Whole rounds of the load, so that every subject comes equally often. */
function batchesOf(load: Load): BehaviourBatch[] {
  return Array.from({ length: subjects * roundsPerMeasurement }, () => load.next(receivedAtMs));
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

function cpuMicros(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

/** Medians per batch and level, levels in turn, so that a disturbance does not meet one of them alone. */
function perBatch(measure: (handling: Handling) => number): Record<Handling, number> {
  const taken: Record<Handling, number[]> = { full: [], degraded: [], shed: [] };
  for (const handling of handlings) measure(handling);
  for (let turn = 0; turn < measurements; turn++) {
    for (const handling of handlings) taken[handling].push(measure(handling));
  }
  const rounded = (handling: Handling) => Math.round(10 * median(taken[handling])) / 10;
  return { full: rounded('full'), degraded: rounded('degraded'), shed: rounded('shed') };
}

function judging(load: Load): Record<Handling, number> {
  const own = new Map(load.own.map((template) => [template.subject, template]));
  const states = new Map<string, SubjectState>();
  const templatesOf = (subject: string): Templates => {
    const template = own.get(subject);
    return template === undefined
      ? { own: undefined, cohort: load.cohort, background: undefined }
      : { own: template, cohort: undefined, background: { ...load.cohort, version: template.background } };
  };
  return perBatch((handling) => {
    const batches = batchesOf(load).map((batch) => ({ ...batch, handling }));
    const micros = cpuMicros(() => {
      for (const batch of batches) {
        const before = states.get(batch.subject) ?? newSubjectState();
        states.set(batch.subject, judge(templatesOf(batch.subject), before, batch).state);
      }
    });
    return micros / batches.length;
  });
}

async function stepping(load: Load): Promise<Record<Handling, number>> {
  const store = createTemplateStore({ values: new MemoryKeyValueStore() });
  const templates = createTemplateCache({ store, options: { maxBytes: 512 * 1_048_576 } });
  const states = new Map<string, ScorerState>();
  const cohort = await store.put(load.cohort);
  await templates.get(cohort);
  for (const template of load.own) {
    const { tenant, subject } = template;
    const version = await store.put(template);
    await templates.get(version);
    const enrolled: SubjectState = { ...newSubjectState(), activeTemplateVersion: version, templateKind: 'own' };
    states.set(subjectKey(tenant, subject), { kind: 'subject', subject: enrolled, rulings: [] });
    states.set(cohortKey(tenant), { kind: 'cohort', cohort: { activations: [{ offset: -1, version: cohort }] } });
  }
  const topics = topicNames('bench.');
  const stage = createScorerStage({
    topics,
    group: 'bench',
    templates,
    metrics: createScorerMetrics(createMetrics()),
    log: createLogger({ name: 'bench', level: 'error', format: 'json' }),
  });
  const codec = createBehaviourBatchCodec();
  const stateAt = (key: string) => states.get(key) ?? stage.decodeState(undefined, key);
  let offset = 0;
  return perBatch((handling) => {
    const records = batchesOf(load).map((batch): ConsumedRecord => {
      const value = codec.encode({ ...batch, handling });
      const place = { topic: topics.behaviour, partition: 0, offset: offset++ };
      return { ...place, key: Buffer.from(batch.subject), value, headers: {}, timestampMs: receivedAtMs };
    });
    const micros = cpuMicros(() => {
      for (const record of records) {
        const [key = ''] = stage.keysOf(record);
        const outcome = stage.step(record, { get: stateAt, set: (at, state) => states.set(at, state) });
        if (outcome instanceof Promise || outcome.kind !== 'emit') throw new Error('a batch was not judged at once');
        stage.encodeState(stateAt(key));
      }
    });
    return micros / records.length;
  });
}

const { values: flags } = parseArgs({ options: { json: { type: 'boolean', default: false } } });
const judgeMicros = judging(createLoad(subjects, 1));
const stepMicros = await stepping(createLoad(subjects, 2));
const figures = {
  judgeMicros,
  stepMicros,
  subjects,
  batches: subjects * roundsPerMeasurement,
  loadAverage: loadavg()[0],
  node: process.version,
  cpu: cpus()[0]?.model ?? 'unknown',
};
if (flags.json) {
  process.stdout.write(`${JSON.stringify(figures)}\n`);
} else {
  const line = (what: string, micros: Record<Handling, number>) =>
    `${what.padEnd(40)}${handlings.map((handling) => String(micros[handling]).padStart(10)).join('')}\n`;
  process.stdout.write(
    `${'microseconds a batch'.padEnd(40)}${handlings.map((handling) => handling.padStart(10)).join('')}\n` +
      line('judge', judgeMicros) +
      line('decode, judge, encode verdict and state', stepMicros),
  );
}
