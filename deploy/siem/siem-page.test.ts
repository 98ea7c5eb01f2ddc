import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { alertFormats } from '../../alerting/alerts/format.ts';
import { attackVersion } from '../../alerting/formats/attack-techniques.ts';
import { severityScales } from '../../alerting/formats/severity-scales.ts';
import { writerOf } from '../../alerting/formats/writer-of.ts';
import { severities } from '../../schemas/incident.ts';
import { goldenAlerts, goldenDocuments, pathsOf } from '../../test/fixtures/golden-alerts.ts';
import { parseCef } from '../../test/fixtures/parse-cef.ts';
import { parseLeef } from '../../test/fixtures/parse-leef.ts';

const page = readFileSync(new URL('../../docs/siem.md', import.meta.url), 'utf8');
const blocks = [...page.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, language = '', text = '']) => ({
  language,
  text,
}));
/** The rows of the table whose head begins so, as cells. */
const rowsOf = (head: string) =>
  (page.split(`\n| ${head}`)[1] ?? '')
    .split('\n\n')[0]
    ?.split('\n')
    .slice(2)
    .map((row) =>
      row
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    ) ?? [];

/** Every field of golden alerts, by the columns of the page. */
const fieldsBy = [
  new Set(goldenDocuments('ecs').flatMap((document) => [...pathsOf(document)])),
  new Set(goldenDocuments('ocsf').flatMap((document) => [...pathsOf(document)])),
  new Set(goldenAlerts.flatMap((alert) => Object.keys(parseCef(writerOf('cef')(alert).toString()).extension))),
  new Set(goldenAlerts.flatMap((alert) => Object.keys(parseLeef(writerOf('leef')(alert).toString()).attributes))),
  new Set(goldenDocuments('splunk-risk').flatMap((document) => [...pathsOf(document)])),
];

describe('the page of SIEMs', () => {
  it('has examples that a shell reads', () => {
    expect(blocks.length).toBeGreaterThan(2);
    for (const { language, text } of blocks) {
      expect(language).toBe('sh');
      expect(spawnSync('bash', ['-n'], { input: text, encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
    }
  });

  it('loads what the templates name', () => {
    const put = [...page.matchAll(/_(component_template|ingest\/pipeline|index_template)\/(\S+) -d @(\S+)/g)];
    expect(put.map(([, , , file]) => file)).toEqual([
      'component-template.json',
      'ingest-pipeline.json',
      'index-template.json',
    ]);
    const index = JSON.parse(readFileSync(new URL('elastic/index-template.json', import.meta.url), 'utf8')) as {
      composed_of: string[];
      template: { settings: Record<string, string> };
    };
    expect([put[0]?.[2]]).toEqual(index.composed_of);
    expect(put[1]?.[2]).toBe(index.template.settings['index.default_pipeline']);
  });

  it('has the severities that are written', () => {
    const rows = rowsOf('gaitkeeper | ECS');
    expect(rows).toEqual(
      severities.map((severity) => {
        const { ecs, ocsf, ocsfRiskLevel, cef, cim } = severityScales[severity];
        return [severity, ecs, ocsf, ocsfRiskLevel, cef, cim].map(String);
      }),
    );
  });

  it('names topics as they are defined, one for each format, with the retention that they have', () => {
    const { topics } = parse(readFileSync(new URL('../topics.yaml', import.meta.url), 'utf8')) as {
      topics: { name: string; config: Record<string, string> }[];
    };
    const rows = rowsOf('format | topic');
    expect(rows.map(([format]) => format?.split('`')[1])).toEqual([...alertFormats]);
    for (const [, topic] of rows) {
      const defined = topics.find(({ name }) => `\`gaitkeeper.${name}\`` === topic);
      expect([topic, defined?.config['retention.ms']]).toEqual([topic, String(14 * 86_400_000)]);
    }
  });

  it('names fields that alerts have, in every format', () => {
    const rows = rowsOf('what | ECS');
    expect(rows.length).toBeGreaterThan(12);
    for (const [what, ...cells] of rows) {
      for (const [column, cell] of cells.entries()) {
        for (const [, name = ''] of cell.replace(' is `alert`', '').matchAll(/`([^`]+)`/g)) {
          const known = [...(fieldsBy[column] ?? [])].some((field) => field === name || field.startsWith(`${name}.`));
          expect([what, name, known]).toEqual([what, name, true]);
        }
      }
    }
    expect(page).toContain(`MITRE ATT&CK ${attackVersion}`);
  });
});
