import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';

const operations = ['Read', 'Write', 'Create', 'Describe', 'DescribeConfigs'] as const;

/** What may be done with a topic or a group, as Kafka calls it. */
export type AclOperation = (typeof operations)[number];

/** What an account may do with a topic, a group, or all whose names begin so. */
export interface AccountRight {
  resource: 'topic' | 'group';
  name: string;
  /** `name` is the beginning of names. */
  isPrefix: boolean;
  operations: readonly AclOperation[];
}

/** An account at Kafka, and the commands that run under it. */
export interface KafkaAccount {
  name: string;
  /** Of `gaitkeeper`: `scorer`, `topics plan`. */
  runs: readonly string[];
  rights: readonly AccountRight[];
}

const rightsSchema = z.record(z.string().min(1), z.array(z.enum(operations)).min(1));
const fileSchema = z.strictObject({
  accounts: z.array(
    z.strictObject({ name: z.string(), runs: z.array(z.string()).min(1), topics: rightsSchema, groups: rightsSchema }),
  ),
});

/** The accounts of `deploy/acls.yaml`, its topics under `prefix`. @throws where the file is not what its schema says */
export function readKafkaAccounts(prefix: string): KafkaAccount[] {
  const { accounts } = fileSchema.parse(parse(readFileSync(new URL('acls.yaml', import.meta.url), 'utf8')));
  return accounts.map(({ name, runs, topics, groups }) => ({
    name,
    runs,
    rights: [
      ...Object.entries(topics).map(([topic, allowed]) => rightTo('topic', `${prefix}${topic}`, allowed)),
      ...Object.entries(groups).map(([group, allowed]) => rightTo('group', group, allowed)),
    ],
  }));
}

function rightTo(resource: 'topic' | 'group', name: string, allowed: readonly AclOperation[]): AccountRight {
  const isPrefix = name.endsWith('*');
  return { resource, name: isPrefix ? name.slice(0, -1) : name, isPrefix, operations: allowed };
}
