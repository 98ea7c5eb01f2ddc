import { kindOf, type SettingJsonSchema } from './setting.ts';

const numberPattern = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const booleans = new Map<string, boolean>([
  ['true', true],
  ['1', true],
  ['false', false],
  ['0', false],
]);

/**
 * What a text from a flag or the environment means to a setting: numbers, `true`/`false`/`1`/`0`, comma lists. A text that
 * cannot be one stays as it is, for the schema to refuse.
 */
export function valueOfText(schema: SettingJsonSchema, text: string): unknown {
  switch (kindOf(schema)) {
    case 'number':
      return numberPattern.test(text.trim()) ? Number(text) : text;
    case 'boolean':
      return booleans.get(text.trim().toLowerCase()) ?? text;
    case 'list':
      return text
        .split(',')
        .map((element) => element.trim())
        .filter((element) => element !== '')
        .map((element) => (schema.items === undefined ? element : valueOfText(schema.items, element)));
    default:
      return text;
  }
}
