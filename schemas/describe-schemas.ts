import { type AvroNode, wordsOf } from './avro-node.ts';
import { loadSchema, type SchemaName, schemaNames } from './stored-schemas.ts';

/** One line of a schema's field table. */
export interface FieldDescription {
  /** `keystrokes[].holdMs`. */
  path: string;
  /** `int`, `null or int`, `array of KeystrokeSample`, `one of local, remote-desktop, virtual`. */
  type: string;
  default: unknown;
  doc: string;
}

/** One stored version of a schema, in words. */
export interface SchemaDescription {
  name: SchemaName;
  version: string;
  doc: string;
  /** The 8 bytes behind the single-object marker, as hexadecimal digits. */
  fingerprint: string;
  fields: FieldDescription[];
}

/** Every stored schema version with its fields, nested ones under their path: the material of the schema reference. */
export function describeSchemas(): SchemaDescription[] {
  return schemaNames.flatMap((name) =>
    loadSchema(name).map(({ version, node, fingerprint }) => ({
      name,
      version,
      doc: node.kind === 'record' ? node.doc : '',
      fingerprint: fingerprint.toString('hex'),
      fields: describeFields(node, ''),
    })),
  );
}

function describeFields(node: AvroNode, path: string): FieldDescription[] {
  switch (node.kind) {
    case 'record':
      return node.fields.flatMap((field) => {
        const fieldPath = path === '' ? field.name : `${path}.${field.name}`;
        const own = { path: fieldPath, type: typeInWords(field.node), default: field.default, doc: field.doc };
        return [own, ...describeFields(field.node, fieldPath)];
      });
    case 'array':
      return describeFields(node.items, `${path}[]`);
    case 'union':
      return node.branches.flatMap((branch) => describeFields(branch, path));
    default:
      return [];
  }
}

function typeInWords(node: AvroNode): string {
  switch (node.kind) {
    case 'record':
      return node.name;
    case 'array':
      return `array of ${typeInWords(node.items)}`;
    case 'union':
      return node.branches.map(typeInWords).join(' or ');
    case 'enum':
      return `one of ${wordsOf(node).join(', ')}`;
    case 'fixed':
      return `${node.size} bytes`;
    default:
      return node.kind;
  }
}
