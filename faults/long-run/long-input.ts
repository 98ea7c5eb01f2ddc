import { createHash } from 'node:crypto';
import type { BehaviourBatch } from '../../detection/words/behaviour.ts';
import type { Template } from '../../detection/words/template.ts';
import type { OutgoingRecord } from '../../platform/broker/broker.ts';
import { createSeededRandom } from '../../platform/seeded-random.ts';
import { createBehaviourTopicCodec } from '../../schemas/behaviour-topic.ts';
import { cohortSubject } from '../../schemas/bounds.ts';
import { alex, emptyBatch, pointed, sam, templateOf, typed } from '../../test/samples/seeded-behaviour.ts';

/** What an input is made of. */
export interface LongInputOptions {
  topic: string;
  partitions: number;
  seed: number;
  subjects: number;
  /** Stores a template and says its version. */
  publish(template: Omit<Template, 'version'>): Promise<string>;
}

/** What tells a batch from every other one. */
export type MadeBatch = Pick<BehaviourBatch, 'tenant' | 'device' | 'session' | 'sequence'>;

/** Records of the behaviour topic, one after the other, for as long as they are wanted. */
export interface LongInput {
  /** Activations of everybody's first template. */
  first(): Promise<OutgoingRecord[]>;
  /** The next `batches` batches, with the odd activation, copy and unreadable record between them, for which `made` has nothing. */
  next(batches: number): Promise<{ records: OutgoingRecord[]; made: (MadeBatch | undefined)[] }>;
}

interface Desk {
  subject: string;
  device: string;
  sequence: number;
  taken: boolean;
}

const tenant = 'default';
const startMs = 1_790_000_000_000;
/** Typed once and repeated: the timings matter, not that they are new. */
const contentsPerPerson = 40;
const batchesPerSession = 60;
/** Of the records between batches, one in so many. */
const oneIn = { activation: 800, copy: 400, unreadable: 2_000, takeOver: 300 } as const;

const hexOf = (name: string): string => createHash('sha256').update(name).digest('hex').slice(0, 32);

/** The same seed gives the same records. Two of three subjects have a template of their own, the cohort's judges the rest. */
export function createLongInput({ topic, partitions, seed, subjects, publish }: LongInputOptions): LongInput {
  const chance = createSeededRandom(`long run ${seed}`);
  const codec = createBehaviourTopicCodec();
  const contents = [alex, sam].map((person) =>
    Array.from({ length: contentsPerPerson }, (_, at) => {
      const number = seed * 1_000 + at;
      return { keystrokes: typed(person, number), pointer: pointed(person, number) };
    }),
  );
  const template = templateOf(alex, { tenant });
  const desks = Array.from({ length: subjects }, (_, index): Desk => {
    return { subject: hexOf(`subject ${seed} ${index}`), device: hexOf(`device ${index}`), sequence: 0, taken: false };
  });
  let batchesMade = 0;

  function record(key: string, value: Buffer): OutgoingRecord {
    return { topic, key: Buffer.from(key), value };
  }

  async function activation(desk: Desk): Promise<OutgoingRecord> {
    const version = await publish({ ...template, subject: desk.subject, seed: batchesMade });
    return activationOf(desk.subject, version);
  }

  function activationOf(subject: string, version: string): OutgoingRecord {
    const kind = subject === cohortSubject ? 'cohort' : 'own';
    const said = { signature: Buffer.alloc(0), activatedAtMs: startMs, by: 'long-run' };
    return record(subject, codec.encode({ kind: 'activation', value: { tenant, subject, version, kind, ...said } }));
  }

  function batch(desk: Desk): { one: OutgoingRecord; of: MadeBatch } {
    if (chance.integer(oneIn.takeOver) === 0) desk.taken = !desk.taken;
    const { subject, device, sequence } = desk;
    desk.sequence += 1;
    batchesMade += 1;
    const content = contents[desk.taken ? 1 : 0]?.[chance.integer(contentsPerPerson)];
    const session = hexOf(`session ${subject} ${Math.floor(sequence / batchesPerSession)}`);
    const value = { tenant, subject, device, session, sequence, receivedAtMs: startMs + 50 * batchesMade };
    const one = record(subject, codec.encode({ kind: 'batch', value: emptyBatch({ ...value, ...content }) }));
    return { one, of: { tenant, device, session, sequence } };
  }

  return {
    async first() {
      const records: OutgoingRecord[] = [];
      for (const [index, desk] of desks.entries()) if (index % 3 !== 0) records.push(await activation(desk));
      const cohort = activationOf(cohortSubject, await publish({ ...template, subject: '', kind: 'cohort' }));
      for (let partition = 0; partition < partitions; partition++) records.push({ ...cohort, partition });
      return records;
    },
    async next(batches) {
      const records: OutgoingRecord[] = [];
      const made: (MadeBatch | undefined)[] = [];
      let count = 0;
      const add = (each: OutgoingRecord, of?: MadeBatch) => {
        records.push(each);
        made.push(of);
      };
      for (; count < batches; count++) {
        const desk = chance.pick(desks);
        const { one, of } = batch(desk);
        add(one, of);
        if (chance.integer(oneIn.copy) === 0) add(one);
        if (chance.integer(oneIn.activation) === 0) add(await activation(desk));
        if (chance.integer(oneIn.unreadable) === 0) add(record(desk.subject, Buffer.from(`unreadable ${batchesMade}`)));
      }
      return { records, made };
    },
  };
}
