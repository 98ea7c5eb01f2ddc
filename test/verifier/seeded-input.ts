import type { BehaviourBatch } from '../../detection/words/behaviour.ts';
import type { Template } from '../../detection/words/template.ts';
import { rulingWords } from '../../detection/words/verdict.ts';
import type { OutgoingRecord } from '../../platform/broker/broker.ts';
import { createSeededRandom } from '../../platform/seeded-random.ts';
import { createBehaviourTopicCodec } from '../../schemas/behaviour-topic.ts';
import { cohortSubject } from '../../schemas/bounds.ts';
import { controlActions } from '../../schemas/subject-control.ts';
import type { TemplateStore } from '../../templates/template-store.ts';
import { alex, emptyBatch, pointed, sam, templateOf, typed } from '../samples/seeded-behaviour.ts';

const codec = createBehaviourTopicCodec();
const ofAlex = templateOf(alex);
const ofSam = templateOf(sam);

/** What an input is made of. */
export interface SeededInputOptions {
  topic: string;
  partitions: number;
  seed: number;
  rounds: number;
  templates: TemplateStore;
}

interface Account {
  tenant: string;
  subject: string;
  sequence: number;
  session: number;
  /** Whose hands it is in. */
  taken: boolean;
  versions: string[];
}

/**
 * Accounts of two tenants at work: templates that are activated and replaced, a cohort, take-overs, copies, controls, analysts'
 * rulings, and what nobody can score. The same seed gives the same records.
 */
export async function seededInput({ topic, partitions, seed, rounds, templates }: SeededInputOptions) {
  const chance = createSeededRandom(`input ${seed}`);
  const records: OutgoingRecord[] = [];
  const accounts: Account[] = ['a', 'b', 'c', '1', '2', '3', '4'].map((digit, index) => ({
    tenant: index < 5 ? 'acme' : 'umbrella',
    subject: digit.repeat(32),
    sequence: 0,
    session: 1,
    taken: false,
    versions: [],
  }));
  const put = (key: string, value: Buffer | null, partition?: number) =>
    records.push({ topic, key: Buffer.from(key), value, ...(partition === undefined ? {} : { partition }) });
  const putBatch = (batch: BehaviourBatch) => put(batch.subject, codec.encode({ kind: 'batch', value: batch }));
  const putActivation = (tenant: string, subject: string, version: string, partition?: number) => {
    const kind = subject === cohortSubject ? 'cohort' : 'own';
    const said = { signature: Buffer.alloc(0), activatedAtMs: 1_790_000_000_000, by: 'test' };
    put(subject, codec.encode({ kind: 'activation', value: { tenant, subject, version, kind, ...said } }), partition);
  };
  const publish = (account: Account, change: Partial<Template>) =>
    templates.put({ ...ofAlex, tenant: account.tenant, subject: account.subject, seed: records.length, ...change });

  async function activateOwn(account: Account): Promise<void> {
    const version = await publish(account, chance.chance(0.2) ? { models: ofSam.models } : {});
    account.versions.push(version);
    putActivation(account.tenant, account.subject, version);
  }
  async function activateCohort(tenant: string): Promise<void> {
    const version = await templates.put({ ...ofAlex, tenant, subject: '', kind: 'cohort', seed: records.length });
    for (let partition = 0; partition < partitions; partition++)
      putActivation(tenant, cohortSubject, version, partition);
  }
  function batchOf(account: Account): BehaviourBatch {
    if (chance.chance(0.06)) account.session += 1;
    if (chance.chance(0.04)) account.taken = !account.taken;
    const person = account.taken ? sam : alex;
    const of = seed * 100_000 + records.length;
    account.sequence += 1;
    return emptyBatch({
      tenant: account.tenant,
      subject: account.subject,
      session: account.session.toString(16).padStart(32, '0'),
      sequence: account.sequence,
      receivedAtMs: 1_790_000_000_000 + 10_000 * records.length,
      keystrokes: typed(person, of),
      pointer: pointed(person, of, chance.integer(10)),
    });
  }

  for (const account of accounts.slice(0, 4)) await activateOwn(account);
  for (let round = 0; round < rounds; round++) {
    const account = chance.pick(accounts);
    const draw = chance.next();
    if (draw < 0.03) await activateOwn(account);
    else if (draw < 0.04) await activateCohort(account.tenant);
    else if (draw < 0.05) putActivation(account.tenant, account.subject, 'f'.repeat(64));
    else if (draw < 0.06)
      putActivation(account.tenant, account.subject, chance.pick(accounts).versions[0] ?? 'f'.repeat(64));
    else if (draw < 0.08) {
      const value = { tenant: account.tenant, subject: account.subject, requestedAtMs: 1_790_000_000_000, by: 'test' };
      put(account.subject, codec.encode({ kind: 'control', value: { ...value, action: chance.pick(controlActions) } }));
    } else if (draw < 0.1) put(account.subject, Buffer.from(`no batch ${round}`));
    else if (draw < 0.11) put('9'.repeat(32), codec.encode({ kind: 'batch', value: batchOf(account) }));
    else if (draw < 0.13) {
      const { tenant, subject } = account;
      const said = { incidentId: `${chance.integer(10)}`.repeat(32), ruling: chance.pick(rulingWords) };
      const value = { tenant, subject, ...said, ruledAtMs: 1_790_000_000_000, by: 'test' };
      put(subject, codec.encode({ kind: 'ruling', value }));
    } else {
      const batch = batchOf(account);
      putBatch(batch);
      if (chance.chance(0.05)) putBatch(batch);
    }
  }
  return records;
}
