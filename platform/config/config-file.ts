import { isMap, isNode, isScalar, LineCounter, parseDocument } from 'yaml';
import type { ConfigProblem } from './config-problem.ts';

/** A configuration file as read. */
export interface ConfigFile {
  path: string;
  text: string;
}

/** One `key: value` of a file. */
export interface FileEntry {
  key: string;
  value: unknown;
  /** `path:line`. */
  where: string;
}

const maxFileBytes = 1_048_576;
const maxAliases = 100;

/** The top-level entries of a YAML file, or what is wrong with it as YAML. */
export function readConfigFile({ path, text }: ConfigFile): { entries: FileEntry[]; problems: ConfigProblem[] } {
  const broken = (where: string, why: string, fix: string) => ({
    entries: [],
    problems: [{ what: 'configuration file', where, why, fix }],
  });
  if (Buffer.byteLength(text) > maxFileBytes) {
    return broken(path, `larger than ${maxFileBytes} bytes`, 'pass a file of settings');
  }
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false });
  const whereAt = (offset: number | undefined) => `${path}:${lineCounter.linePos(offset ?? 0).line}`;
  if (document.errors.length > 0) {
    const problems = document.errors.map(({ message, pos }) => ({
      what: 'configuration file',
      where: whereAt(pos[0]),
      why: message,
      fix: 'write YAML: one `key: value` a line, every key once',
    }));
    return { entries: [], problems };
  }
  const root = document.contents;
  if (root === null || (isScalar(root) && root.value === null)) return { entries: [], problems: [] };
  if (!isMap(root)) return broken(whereAt(root.range?.[0]), 'not a table of settings', 'write one `key: value` a line');

  const entries: FileEntry[] = [];
  const problems: ConfigProblem[] = [];
  for (const { key, value } of root.items) {
    const name = isScalar(key) ? String(key.value) : String(key);
    const where = whereAt(isScalar(key) ? key.range?.[0] : undefined);
    try {
      entries.push({
        key: name,
        value: isNode(value) ? value.toJS(document, { maxAliasCount: maxAliases }) : value,
        where,
      });
    } catch (error) {
      // Aliases that nobody defined, or so many that they would fill the memory.
      const why = error instanceof Error ? error.message : String(error);
      problems.push({ what: name, where, why, fix: 'write the value out, without aliases' });
    }
  }
  return { entries, problems };
}
