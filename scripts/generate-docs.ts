import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { processConfigs } from '../cli/process-configs.ts';
import { configurationPage } from '../platform/config/configuration-page.ts';
import { accountsPage } from './accounts-page.ts';
import { openApiPage } from './openapi-page.ts';
import { schemaPage } from './schema-page.ts';

/** A page of `docs/` that is written from the code: the same code gives the same text. */
interface GeneratedPage {
  /** From the project's root. */
  path: string;
  render(): string | Promise<string>;
}

const pages: readonly GeneratedPage[] = [
  { path: 'docs/configuration.md', render: () => configurationPage(processConfigs) },
  { path: 'docs/kafka-accounts.md', render: accountsPage },
  { path: 'docs/schemas.md', render: schemaPage },
  { path: 'docs/openapi.json', render: openApiPage },
];

// npm runs scripts in the project's root.
for (const { path, render } of pages) {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, await render());
  process.stdout.write(`wrote ${path}\n`);
}
