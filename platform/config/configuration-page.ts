import type { ConfigDefinition } from './define-config.ts';
import { describeConfig, type SettingRow } from './describe-config.ts';

const head = `# Configuration

<!-- Written by \`npm run docs\` from the processes' own tables. Do not edit. -->

Strongest first: a flag, an environment variable, the file that \`--config\` or \`GAITKEEPER_CONFIG\` names, the default.

- The file is YAML, one \`key: value\` a line, and serves all processes: each takes what it knows.
- A key, flag or \`GAITKEEPER_\` variable that no process knows is refused, so that a mistyped one never goes unnoticed.
- An empty variable, and a key with nothing behind it, count as not set.
- In flags and variables a list is written with commas; \`true\`, \`false\`, \`1\` and \`0\` are booleans.
- A secret is also read from the file that its variable with \`_FILE\` names. Prefer that: flags and variables can be seen by others.
- \`gaitkeeper config list\` shows every setting, \`config check <process>\` every mistake, \`config print <process>\` what is in force.
- \`GAITKEEPER_BUILD_COMMIT\` is no setting: it is what \`/version\` gives as \`commit\`. The image has it from its build argument \`COMMIT\`.
`;

/** The reference of every setting of the given processes, in Markdown. The same text for the same definitions. */
export function configurationPage(definitions: readonly ConfigDefinition[]): string {
  return [head, ...definitions.map(processSection)].join('\n');
}

function processSection(definition: ConfigDefinition): string {
  const rows = describeConfig(definition).map(tableRow);
  return [
    `## ${definition.process}`,
    '',
    '| Key | Environment | Flag | Values | Default | Meaning |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}

function tableRow({ key, env, flag, type, unit, required, description, secret, example, ...row }: SettingRow): string {
  const environment = secret ? `\`${env}\`, \`${env}_FILE\`` : `\`${env}\``;
  const values = `${type}${unit === undefined ? '' : `, ${unit}`}${secret ? ', secret' : ''}`;
  const byDefault = row.default === undefined ? (required ? '**required**' : 'not set') : `\`${row.default}\``;
  const meaning = example === undefined ? description : `${description} Example: \`${example}\`.`;
  const cells = [`\`${key}\``, environment, `\`${flag}\``, values, byDefault, meaning];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replace(/\s*\n\s*/g, ' ')).join(' | ')} |`;
}
