import { describeSchemas } from '../schemas/describe-schemas.ts';

/** `docs/schemas.md`: every stored schema, field by field, from the schemas themselves. */
export function schemaPage(): string {
  const parts = describeSchemas().map(({ name, version, doc, fingerprint, fields }) => {
    const rows = fields.map(
      ({ path, type, default: standard, doc: said }) =>
        `| \`${path}\` | ${cell(type)} | \`${cell(JSON.stringify(standard) ?? '')}\` | ${cell(said)} |`,
    );
    return [
      `## ${name} ${version}`,
      '',
      `${doc} Fingerprint (CRC-64-AVRO, little-endian): \`${fingerprint}\`.`,
      '',
      '| field | type | default | meaning |',
      '| --- | --- | --- | --- |',
      ...rows,
      '',
    ].join('\n');
  });
  return `# Schemas

Written by \`npm run docs\` from \`schemas/*/v*.avsc\`; do not edit. Records carry Avro's single-object framing (\`C3 01\`, then the fingerprint); Confluent
framing (\`00\`, then the id in \`schemas/registry.json\`) is read as well. A reader knows every stored version, and bounds the bytes before it parses them.

${parts.join('\n')}`;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
