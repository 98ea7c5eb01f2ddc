import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { groupByFirstCell, numberOf, quoted, readCsvRows } from './csv-rows.ts';
import { RecordingsMalformed } from './recordings.ts';

/** By these files the set is recognised. */
export const schonlauFiles = { commands: 'commands.csv.gz', labels: 'labels.csv' } as const;

/** Commands in a block: the unit that is labelled and judged. */
export const commandsPerBlock = 100;

/** One recorded account: the names of the commands it ran, without arguments or times, in blocks, oldest first. */
export interface CommandUser {
  name: string;
  /** Blocks that are the owner's own, before the first labelled one. */
  training: readonly (readonly string[])[];
  /** The labelled blocks. */
  test: readonly (readonly string[])[];
  /** For each test block whether somebody else made it. */
  foreign: readonly boolean[];
}

interface Labels {
  /** Number of the first labelled block, from 1. */
  firstBlock: number;
  byUser: Map<string, boolean[]>;
}

async function readLabels(directory: string, users: readonly string[]): Promise<Labels> {
  const file = schonlauFiles.labels;
  const byUser = new Map(users.map((user) => [user, [] as boolean[]]));
  const columns = users.map((user) => `user${user}`);
  let firstBlock = 0;
  let blocks = 0;
  for await (const row of readCsvRows(join(directory, file), ['block', ...columns], ['block'])) {
    const block = numberOf(row[0]);
    if (blocks === 0) firstBlock = block;
    if (!(firstBlock > 1 && block === firstBlock + blocks)) {
      throw new RecordingsMalformed(`${file} does not count its blocks one by one`);
    }
    blocks += 1;
    for (const [index, user] of users.entries()) {
      const label = row[index + 1];
      if (label !== '0' && label !== '1') throw new RecordingsMalformed(`${file} has a label that is neither 0 nor 1`);
      byUser.get(user)?.push(label === '1');
    }
  }
  if (blocks === 0) throw new RecordingsMalformed(`${file} labels no block`);
  return { firstBlock, byUser };
}

function blocksOf(commands: readonly string[]): string[][] {
  const blocks: string[][] = [];
  for (let at = 0; at < commands.length; at += commandsPerBlock) blocks.push(commands.slice(at, at + commandsPerBlock));
  return blocks;
}

/**
 * Reads the masquerading-user data of Schonlau et al. (Statistical Science 16(1), 2001), or any folder of its format:
 * `commands.csv.gz` with `user,index,command`, `labels.csv` with `block,user<name>,..` and 0 or 1 for each labelled block.
 * Throws {@link RecordingsMalformed} for a file that is not what its name promises.
 */
export async function readSchonlau(directory: string): Promise<CommandUser[]> {
  const missing = Object.values(schonlauFiles).filter((name) => !existsSync(join(directory, name)));
  if (missing.length > 0) {
    const files = Object.values(schonlauFiles).join(' and ');
    throw new RecordingsMalformed(
      `${directory} has no ${missing.join(' and ')}: recorded commands are the two files ${files}`,
    );
  }
  const file = schonlauFiles.commands;
  const commands = new Map<string, string[]>();
  const rows = readCsvRows(join(directory, file), ['user', 'index', 'command'], ['index']);
  for await (const { key, rows: own } of groupByFirstCell(rows, file)) {
    if (own.some((row, index) => numberOf(row[1]) !== index)) {
      throw new RecordingsMalformed(`${file} does not count the commands of user ${quoted(key)} from 0, one by one`);
    }
    commands.set(
      key,
      own.map((row) => row[2] ?? ''),
    );
  }
  const { firstBlock, byUser } = await readLabels(directory, [...commands.keys()]);
  return [...commands].map(([user, own]) => {
    const foreign = byUser.get(user) ?? [];
    const blocks = blocksOf(own);
    if (own.length !== (firstBlock - 1 + foreign.length) * commandsPerBlock) {
      throw new RecordingsMalformed(
        `${file} holds other blocks of user ${quoted(user)} than ${schonlauFiles.labels} labels`,
      );
    }
    return { name: user, training: blocks.slice(0, firstBlock - 1), test: blocks.slice(firstBlock - 1), foreign };
  });
}
