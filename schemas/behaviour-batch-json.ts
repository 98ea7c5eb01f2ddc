import type { BehaviourBatch } from '../detection/words/behaviour.ts';
import { maxBatchItems, maxBatchJsonCharacters } from './batch-limits.ts';
import { problemOfBatch } from './behaviour-batch.ts';
import { type Decoded, refused } from './decoded.ts';
import { compileJsonShape, type JsonShape } from './json-shape.ts';
import { loadSchema } from './stored-schemas.ts';

let shape: JsonShape<BehaviourBatch> | undefined;

function batchShape(): JsonShape<BehaviourBatch> {
  if (shape !== undefined) return shape;
  const newest = loadSchema('behaviour-batch').at(-1);
  if (newest === undefined) throw new Error('behaviour-batch has no stored version');
  shape = compileJsonShape(newest.node, { maxItems: maxBatchItems, optional: ['receivedAtMs', 'handling'] });
  return shape;
}

/**
 * A batch from JSON: text, or what a JSON parser made of it. Pseudonyms are 32 hexadecimal digits, enums their words.
 * Fields that default to null, empty text or an empty array may be left out, and `receivedAtMs` and `handling`, which the
 * gateway stamps; every other one is required, and an unknown one is refused. The same bounds hold as for Avro.
 */
export function behaviourBatchFromJson(json: unknown): Decoded<BehaviourBatch> {
  const parsed = typeof json === 'string' ? parse(json) : ({ ok: true, value: json } as const);
  if (!parsed.ok) return parsed;
  const shaped = batchShape()(parsed.value);
  if (!shaped.ok) return shaped;
  const problem = problemOfBatch(shaped.value);
  return problem === undefined ? shaped : refused('out-of-range', problem);
}

function parse(text: string): Decoded<unknown> {
  if (text.length === 0) return refused('empty', 'the text is empty');
  if (text.length > maxBatchJsonCharacters) {
    return refused('too-large', `${text.length} characters: at most ${maxBatchJsonCharacters}`);
  }
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch {
    // The parser's own message cites the text.
    return refused('not-json', 'the text is not JSON');
  }
}
