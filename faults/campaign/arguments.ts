import { parseArgs } from 'node:util';
import { type KafkaClientName, kafkaClientNames } from '../../platform/broker/kafka-clients.ts';
import type { Row } from './row.ts';

/** What the campaign was asked to do. */
export interface CampaignArguments {
  rows: readonly Row[];
  /** What cannot be injected here is no failure. */
  allowMissing: boolean;
  seeds: readonly number[];
  client: KafkaClientName;
  json: boolean;
  /** Only says which rows there are. */
  list: boolean;
}

/** The arguments, or in words what is wrong with them. */
export type ParsedArguments = { ok: true; arguments: CampaignArguments } | { ok: false; problem: string };

const shortSeeds = [1];
const campaignSeeds = [1, 2, 3, 4, 5];
const mostSeeds = 1_000;

/** For `--help`. */
export const usage = `npm run faults -- [--short] [--rows a,b] [--seeds 1,2] [--client ${kafkaClientNames.join('|')}] [--json] [--list] [--allow-missing]
  --short   the rows that a change must pass, with one seed
  --rows    by name or number in the matrix; see --list
  --seeds   whole numbers; default 1 with --short, else 1 to 5
  --allow-missing  passes also where this machine cannot inject a row: what that row shows is then not shown`;

/** Reads the command line against the rows there are. */
export function parseCampaignArguments(args: readonly string[], rows: readonly Row[]): ParsedArguments {
  let values: ReturnType<typeof read>;
  try {
    values = read(args);
  } catch (error) {
    return { ok: false, problem: `${error instanceof Error ? error.message : error}\n${usage}` };
  }
  const wanted = values.rows?.split(',').map((name) => name.trim());
  const unknown = wanted?.filter((name) => !rows.some((row) => isCalled(row, name))) ?? [];
  if (unknown.length > 0) {
    return { ok: false, problem: `no row ${unknown.join(', ')}: there are ${rows.map(({ name }) => name).join(', ')}` };
  }
  const seeds = values.seeds?.split(',').map(Number) ?? (values.short ? shortSeeds : campaignSeeds);
  if (
    seeds.length > mostSeeds ||
    seeds.some((seed) => !Number.isSafeInteger(seed) || seed < 0) ||
    values.seeds === ''
  ) {
    return { ok: false, problem: `--seeds ${values.seeds}: give whole numbers from 0, separated by commas` };
  }
  const client = kafkaClientNames.find((name) => name === values.client);
  if (client === undefined) {
    return { ok: false, problem: `--client ${values.client}: give ${kafkaClientNames.join(' or ')}` };
  }
  const chosen = rows.filter((row) => {
    if (wanted !== undefined) return wanted.some((name) => isCalled(row, name));
    return !values.short || row.short;
  });
  return {
    ok: true,
    arguments: {
      ...{ rows: chosen, seeds, client, json: values.json, list: values.list },
      allowMissing: values['allow-missing'],
    },
  };
}

function read(args: readonly string[]) {
  return parseArgs({
    args: [...args],
    options: {
      short: { type: 'boolean', default: false },
      rows: { type: 'string' },
      seeds: { type: 'string' },
      client: { type: 'string', default: 'kafkajs' },
      json: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      'allow-missing': { type: 'boolean', default: false },
    },
  }).values;
}

const isCalled = (row: Row, name: string): boolean => row.name === name || String(row.number) === name;
