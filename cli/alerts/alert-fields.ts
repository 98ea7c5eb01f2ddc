import type { Alert } from '../../alerting/alerts/alert.ts';
import type { AlertFormat, AlertWriter } from '../../alerting/alerts/format.ts';

/** What the values of a field are. */
export type FieldType = 'text' | 'number' | 'boolean' | 'list' | 'object';

/** One field of a format, as alerts fill it. */
export interface AlertField {
  /** `event.id`; `[]` stands for each entry of a list. */
  path: string;
  type: FieldType;
  /** Whether every alert has it. */
  always: boolean;
  /** From a sample. */
  example: unknown;
}

/** The contract of a format, as far as samples can tell it. */
export interface AlertSchema {
  format: AlertFormat;
  /** What two copies of an alert have in common, and no two alerts. */
  deduplicateBy: string;
  fields: AlertField[];
}

type Leaf = readonly [path: string, value: unknown];

/** What alerts look like in a format: read off the samples, so that it is what is written. */
export function alertSchemaOf(format: AlertFormat, write: AlertWriter, samples: readonly Alert[]): AlertSchema {
  const fields = new Map<string, { type: FieldType; example: unknown; in: Set<Alert> }>();
  const candidates = new Map<string, number>();
  for (const alert of samples) {
    const ofAlert = new Set<string>();
    for (const [path, value] of leavesOf(format, write(alert).toString('utf8'))) {
      const known = fields.get(path) ?? { type: typeOf(value), example: value, in: new Set() };
      fields.set(path, known);
      known.in.add(alert);
      if (value === alert.id) ofAlert.add(path);
    }
    for (const path of ofAlert) candidates.set(path, (candidates.get(path) ?? 0) + 1);
  }
  const told = [...fields].map(([path, { type, example, in: found }]): AlertField => {
    return { path, type, always: found.size === samples.length, example };
  });
  const [deduplicateBy] = [...candidates].find(([, count]) => count === samples.length) ?? ['the whole line'];
  return { format, deduplicateBy, fields: told.sort((a, b) => (a.path < b.path ? -1 : 1)) };
}

function leavesOf(format: AlertFormat, line: string): Leaf[] {
  switch (format) {
    case 'ecs':
    case 'ocsf':
    case 'splunk-risk':
      return jsonLeaves('', JSON.parse(line));
    case 'cef':
      return cefLeaves(line);
    case 'leef':
      return leefLeaves(line);
  }
}

function jsonLeaves(path: string, value: unknown): Leaf[] {
  if (Array.isArray(value)) {
    const each = value.flatMap((entry) => jsonLeaves(`${path}[]`, entry));
    return each.length === 0 ? [[path, value]] : each;
  }
  if (typeof value !== 'object' || value === null) return [[path, value]];
  return Object.entries(value).flatMap(([name, each]) => jsonLeaves(path === '' ? name : `${path}.${name}`, each));
}

const cefHeader = ['version', 'deviceVendor', 'deviceProduct', 'deviceVersion', 'signatureId', 'name', 'severity'];

/** `CEF:0|…|…|key=value key=value`: a value goes on up to the next key. */
function cefLeaves(line: string): Leaf[] {
  const parts = line.slice('CEF:'.length).split(/(?<!\\)\|/);
  const header = cefHeader.map((name, at): Leaf => [name, parts[at] ?? '']);
  const extension = parts.slice(cefHeader.length).join('|');
  const pairs = [...extension.matchAll(/(\w+)=((?:\\.|[^\\=])*?)(?= \w+=|$)/gs)];
  return [...header, ...pairs.map(([, key = '', value = '']): Leaf => [key, value.replace(/\\(.)/g, '$1')])];
}

const leefHeader = ['version', 'vendor', 'product', 'productVersion', 'eventId', 'delimiter'];

/** `LEEF:2.0|…|^|key=value^key=value`. */
function leefLeaves(line: string): Leaf[] {
  const parts = line.slice('LEEF:'.length).split('|');
  const header = leefHeader.map((name, at): Leaf => [name, parts[at] ?? '']);
  const pairs = parts.slice(leefHeader.length).join('|').split('^');
  return [
    ...header,
    ...pairs.map((pair): Leaf => {
      const at = pair.indexOf('=');
      return [pair.slice(0, at), pair.slice(at + 1)];
    }),
  ];
}

function typeOf(value: unknown): FieldType {
  if (Array.isArray(value)) return 'list';
  if (typeof value === 'number') return 'number';
  if (typeof value === 'boolean') return 'boolean';
  return typeof value === 'object' ? 'object' : 'text';
}
