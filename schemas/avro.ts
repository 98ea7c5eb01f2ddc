import avro from 'avsc';
import { type AvroJson, hexLogicalType, wordLogicalType, wordOf } from './avro-node.ts';

/** A compiled schema. Only made from schemas of this folder: avsc turns a schema into code, so none that came with data may get here. */
export interface AvroType {
  /** Writes `value` into `into` at `start`; the position after it, or, where `into` is too short, minus the bytes missing. Throws for a value that does not fit the schema. */
  write(value: unknown, into: Buffer, start: number): number;
  /** Reads the value at `start`; `end` is -1 where the bytes end too early. May throw, and block: scan first. */
  read(bytes: Buffer, start: number): { value: unknown; end: number };
  /** Reads what was written under `writer` as this schema. Throws where the two are not compatible. */
  readerOf(writer: AvroType): AvroType['read'];
}

const compiled = new WeakMap<AvroType, avro.Type>();

/** Compiles a schema; about a millisecond, once per process. */
export function createAvroType(schema: AvroJson): AvroType {
  const type = avro.Type.forSchema(schema as avro.Schema, {
    omitRecordMethods: true,
    logicalTypes: { [hexLogicalType]: HexType, [wordLogicalType]: WordType },
  });
  const avroType: AvroType = {
    write: (value, into, start) => type.encode(value, into, start),
    read: (bytes, start) => readAt(type, bytes, start),
    readerOf(writer) {
      const written = compiled.get(writer);
      if (written === undefined) throw new TypeError('not made by createAvroType');
      const resolver = type.createResolver(written);
      return (bytes, start) => readAt(type, bytes, start, resolver);
    },
  };
  compiled.set(avroType, type);
  return avroType;
}

function readAt(type: avro.Type, bytes: Buffer, start: number, resolver?: ReturnType<avro.Type['createResolver']>) {
  const { value, offset } = type.decode(bytes, start, resolver);
  return { value: value as unknown, end: offset };
}

/** Fixed bytes that decode straight to lower-case hexadecimal digits. */
class HexType extends avro.types.LogicalType {
  override _fromValue(bytes: Buffer): string {
    return bytes.toString('hex');
  }

  override _toValue(digits: unknown): Buffer | undefined {
    return typeof digits === 'string' ? Buffer.from(digits, 'hex') : undefined;
  }

  override _resolve(writer: avro.Type): ((value: never) => string) | undefined {
    if (writer instanceof HexType) {
      this.underlyingType.createResolver(writer.underlyingType);
      return (digits) => digits;
    }
    return writer.typeName === 'fixed' ? (bytes) => this._fromValue(bytes) : undefined;
  }
}

/** An enum whose words hold hyphens, which Avro symbols may not. */
class WordType extends avro.types.LogicalType {
  readonly #words: ReadonlyMap<string, string>;
  readonly #symbols: ReadonlyMap<unknown, string>;
  readonly #fallback: string | undefined;

  constructor(schema: avro.Schema, options?: unknown) {
    super(schema, options);
    const { symbols, default: fallback } = this.underlyingType as avro.types.EnumType & { default?: string };
    this.#words = new Map(symbols.map((symbol) => [symbol, wordOf(symbol)]));
    this.#symbols = new Map(symbols.map((symbol) => [wordOf(symbol), symbol]));
    this.#fallback = fallback === undefined ? undefined : wordOf(fallback);
  }

  override _fromValue(symbol: string): string {
    return this.#words.get(symbol) ?? symbol;
  }

  override _toValue(word: unknown): string | undefined {
    return this.#symbols.get(word);
  }

  override _resolve(writer: avro.Type): ((value: string) => string) | undefined {
    const written = writer instanceof WordType ? writer.underlyingType : writer;
    // Fails where the writer's enum is another one, or has symbols we neither know nor have a default for.
    this.underlyingType.createResolver(written);
    return (value) => {
      const word = wordOf(value);
      return this.#symbols.has(word) ? word : (this.#fallback ?? word);
    };
  }
}
