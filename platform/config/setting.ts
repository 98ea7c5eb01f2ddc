import { z } from 'zod';

/** What an operator needs to know of a setting beside its schema. */
export interface SettingAbout {
  /** One or two sentences: what it does, and what follows from a larger or smaller value. */
  description: string;
  /** Never printed; also read from the file that `<environment name>_FILE` names. */
  secret?: boolean;
  /** Of a number, for example `ms`; the key carries it as suffix as well. */
  unit?: string;
  example?: string;
}

/** One key of a process's configuration: the schema with its default, and its documentation. */
export interface Setting<Schema extends z.ZodType = z.ZodType> extends SettingAbout {
  schema: Schema;
}

/** A setting. Its schema names type, limits and default; one without default or `.optional()` must be given. */
export function setting<Schema extends z.ZodType>(schema: Schema, about: SettingAbout): Setting<Schema> {
  return { ...about, schema };
}

/** What a setting's values look like in text. */
export type SettingKind = 'text' | 'number' | 'boolean' | 'list' | 'choice';

/** The part of JSON Schema that settings use. */
export interface SettingJsonSchema {
  type?: string;
  enum?: unknown[];
  const?: unknown;
  items?: SettingJsonSchema;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  default?: unknown;
  pattern?: string;
  format?: string;
}

/** A setting's schema as JSON Schema of what an operator may write. */
export function settingJsonSchema({ schema }: Setting): SettingJsonSchema {
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as SettingJsonSchema;
}

/** What the values of a schema look like in text. */
export function kindOf(schema: SettingJsonSchema): SettingKind {
  if (schema.enum !== undefined) return 'choice';
  if (schema.type === 'number' || schema.type === 'integer') return 'number';
  if (schema.type === 'boolean') return 'boolean';
  return schema.type === 'array' ? 'list' : 'text';
}

// Zod bounds every integer by what a double holds exactly; nobody needs to read that.
const isBound = (limit: number | undefined): limit is number =>
  limit !== undefined && Math.abs(limit) < Number.MAX_SAFE_INTEGER;

/** The values a setting accepts, in words. */
export function expectedWords(schema: SettingJsonSchema): string {
  const kind = kindOf(schema);
  if (kind === 'choice') return `one of ${(schema.enum ?? []).join(', ')}`;
  if (kind === 'boolean') return 'true or false';
  if (kind === 'list') return `list of ${schema.items === undefined ? 'text' : expectedWords(schema.items)}`;
  if (kind === 'text') {
    const most = isBound(schema.maxLength) ? `, at most ${schema.maxLength} characters` : '';
    return `${schema.format === undefined ? 'text' : schema.format}${most}`;
  }
  const low = isBound(schema.minimum) ? ` from ${schema.minimum}` : '';
  const above = isBound(schema.exclusiveMinimum) ? ` above ${schema.exclusiveMinimum}` : '';
  const high = isBound(schema.maximum) ? ` to ${schema.maximum}` : '';
  const below = isBound(schema.exclusiveMaximum) ? ` below ${schema.exclusiveMaximum}` : '';
  return `${schema.type === 'integer' ? 'whole number' : 'number'}${low}${above}${high}${below}`;
}
