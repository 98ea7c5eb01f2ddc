import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parse, parseAllDocuments } from 'yaml';
import { attackIds } from '../../alerting/formats/attack-techniques.ts';
import { incidentPatterns } from '../../schemas/incident.ts';
import { goldenDocuments, pathsOf } from '../../test/fixtures/golden-alerts.ts';
import { revisionOf } from '../../test/fixtures/incident-fixture.ts';
import { parseSplunkConf } from '../../test/fixtures/parse-splunk-conf.ts';
import { parseXml, type XmlElement } from '../../test/fixtures/parse-xml.ts';

const at = (name: string) => readFileSync(new URL(name, import.meta.url), 'utf8');
const ecsFields = new Set(goldenDocuments('ecs').flatMap((document) => [...pathsOf(document)]));
/** A field, or what fields are within. */
const isInEcs = (name: string) => [...ecsFields].some((field) => field === name || field.startsWith(`${name}.`));
const splunkFields = new Set(goldenDocuments('splunk-risk').flatMap((document) => [...pathsOf(document)]));

describe('the Sigma rules', () => {
  interface SigmaRule {
    title: string;
    id: string;
    name?: string;
    tags?: string[];
    level: string;
    detection?: Record<string, Record<string, unknown> | string>;
    correlation?: { rules: string[]; 'group-by': string[]; condition?: { field: string } };
  }
  const rules = parseAllDocuments(at('rules/gaitkeeper-sigma.yml')).map((document) => document.toJS() as SigmaRule);

  it('have titles, ids of their own and a level', () => {
    expect(new Set(rules.map(({ id }) => id)).size).toBe(rules.length);
    for (const { title, id, level } of rules) {
      expect(title.length).toBeGreaterThan(10);
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      expect(['low', 'medium', 'high', 'critical']).toContain(level);
    }
  });

  it('ask for fields that alerts have', () => {
    for (const { detection, correlation } of rules) {
      const selections = Object.values(detection ?? {}).filter((each) => typeof each === 'object');
      const fields = [
        ...selections.flatMap((selection) => Object.keys(selection)),
        ...(correlation?.['group-by'] ?? []),
        ...(correlation?.condition === undefined ? [] : [correlation.condition.field]),
      ];
      expect(fields.length).toBeGreaterThan(0);
      for (const field of fields) expect(ecsFields).toContain(field);
    }
  });

  it('have one for each pattern, with the technique that its alerts name first', () => {
    for (const pattern of incidentPatterns) {
      const rule = rules.find(({ detection }) => JSON.stringify(detection).includes(`"${pattern}"`));
      const [first = ''] = attackIds(revisionOf({ pattern }));
      expect(rule?.tags).toContain(`attack.${first.toLowerCase()}`);
    }
  });

  it('correlate rules that are there', () => {
    const names = rules.flatMap(({ name }) => (name === undefined ? [] : [name]));
    const correlated = rules.flatMap(({ correlation }) => correlation?.rules ?? []);
    expect(correlated.length).toBeGreaterThan(2);
    for (const name of correlated) expect(names).toContain(name);
  });
});

describe('the ES|QL rule', () => {
  const text = at('rules/gaitkeeper.esql').replace(/^\/\/.*$/gm, '');

  it('asks for fields that alerts have', () => {
    const named = [
      ...text
        .replace(/"[^"]*"/g, '')
        .replace(/FROM \S+/, '')
        .matchAll(/[a-z_]+(?:\.[a-z_]+)+|@timestamp/g),
    ];
    expect(named.length).toBeGreaterThan(5);
    for (const [field] of named) expect(ecsFields).toContain(field);
  });

  it('is a pipe of commands with closed brackets', () => {
    const commands = text
      .trim()
      .split(/\n\| /)
      .map((line) => line.split(' ')[0]);
    expect(commands).toEqual(['FROM', 'WHERE', 'EVAL', 'STATS', 'WHERE', 'SORT']);
    expect(unclosed(text)).toBe('');
  });
});

describe('what is searched in Splunk', () => {
  const searches = [
    at('rules/gaitkeeper.spl'),
    ...Object.values(parseSplunkConf(at('splunk/savedsearches.conf'))).map(({ search }) => search ?? ''),
    ...queriesIn(parseXml(at('splunk/dashboard.xml'))),
  ];
  /** Fields that Splunk itself gives every event. */
  const ofSplunk = ['index', 'sourcetype', '_time', 'count', 'span'];

  it.each(searches)('names fields that alerts have, or that it makes: %s', (search) => {
    const made = [...search.matchAll(/ as (\w+)/g)].map(([, name]) => name);
    const spoken = search.replace(/"[^"]*"/g, '""');
    const named = [
      ...[...spoken.matchAll(/([\w.]+)(?:=|!=| >= )/g)].map(([, name]) => name),
      ...[...spoken.matchAll(/(?:max|latest|values|dc|sum)\(([\w.]+)\)/g)].map(([, name]) => name),
      ...[...spoken.matchAll(/\bby ([\w. ]+?)(?= \||\n|$)/g)].flatMap(([, names = '']) => names.trim().split(/ +/)),
      ...[...spoken.matchAll(/\b(?:dedup|table) ([\w.{} ]+)/g)].flatMap(([, names = '']) => names.trim().split(/ +/)),
    ];
    expect(named.length).toBeGreaterThan(3);
    const known = [...splunkFields, ...made, ...ofSplunk];
    for (const name of named) expect(known).toContain(name?.replace('{}', ''));
    expect(unclosed(search)).toBe('');
  });

  it('names extractions of fields that alerts have', () => {
    const props = parseSplunkConf(at('splunk/props.conf'))['gaitkeeper:risk'] ?? {};
    const aliases = Object.entries(props).flatMap(([name, value]) => (name.startsWith('FIELDALIAS-') ? [value] : []));
    expect(aliases.length).toBe(2);
    for (const alias of aliases) {
      const [, from, to] = /^"([\w.]+)\{\}" AS ([\w.]+)$/.exec(alias) ?? [];
      expect(from).toBe(to);
      expect(splunkFields).toContain(from);
    }
  });
});

describe('what Sentinel is told', () => {
  const rule = JSON.parse(at('sentinel/dcr.json')) as {
    resources: {
      properties: {
        streamDeclarations: Record<string, { columns: { name: string }[] }>;
        dataFlows: { transformKql: string }[];
      };
    }[];
  };
  const { streamDeclarations, dataFlows } = rule.resources[0]?.properties ?? { streamDeclarations: {}, dataFlows: [] };
  const transform = dataFlows[0]?.transformKql ?? '';
  const table = JSON.parse(at('sentinel/table.json')) as {
    properties: { schema: { columns: { name: string; type: string }[] } };
  };
  const columns = table.properties.schema.columns.map(({ name }) => name);

  it('declares the fields at the top of an alert', () => {
    const declared = Object.values(streamDeclarations)[0]?.columns.map(({ name }) => name) ?? [];
    const top = new Set(goldenDocuments('ecs').flatMap((document) => Object.keys(document)));
    for (const name of declared) expect(top).toContain(name === 'timestamp' ? '@timestamp' : name);
  });

  it('makes each column of the table of a field that alerts have', () => {
    const made = [...transform.matchAll(/(\w+) = ([^,]+(?:\([^)]*\))?[^,]*)/g)];
    expect(made.map(([, name]) => name)).toEqual(columns);
    const named = made.flatMap(([, , from = '']) => [
      ...from.replace(/"[^"]*"/g, '').matchAll(/[a-z]+(?:\.[a-z_]+)+/g),
    ]);
    expect(named.length).toBeGreaterThan(25);
    expect(named.map(([field]) => field).filter((field) => !isInEcs(field))).toEqual([]);
    expect(unclosed(transform)).toBe('');
  });

  it.each(['sentinel/ASimAlertEventGaitkeeper.kql', 'sentinel/vimAlertEventGaitkeeper.kql', 'rules/gaitkeeper.kql'])(
    '%s names columns of the table, or that it makes',
    (name) => {
      const text = at(name)
        .replace(/\/\/.*$/gm, '')
        .replace(/@?"[^"]*"/g, '""');
      const asim = at('sentinel/ASimAlertEventGaitkeeper.kql');
      const made = [...`${text}\n${asim}`.matchAll(/\b([A-Z]\w+) =(?!=)/g)].map(([, each]) => each);
      const functions = ['GaitkeeperAlerts_CL', 'ASimAlertEventGaitkeeper'];
      for (const [word] of text.matchAll(/\b[A-Z]\w+/g)) expect([...columns, ...made, ...functions]).toContain(word);
      expect(unclosed(text)).toBe('');
    },
  );
});

it('the collector of Splunk and the rules know the same source type', () => {
  const { exporters } = parse(at('splunk/soc4kafka.yaml')) as { exporters: { splunk_hec: { sourcetype: string } } };
  expect(Object.keys(parseSplunkConf(at('splunk/props.conf')))).toEqual([exporters.splunk_hec.sourcetype]);
});

/** Brackets of a text that are not closed, outside of quotes. */
function unclosed(text: string): string {
  const pairs: Record<string, string> = { ')': '(', ']': '[', '}': '{' };
  const open: string[] = [];
  for (const [bracket] of text.replace(/"[^"]*"/g, '').matchAll(/[()[\]{}]/g)) {
    if (!(bracket in pairs)) open.push(bracket);
    else if (open.at(-1) === pairs[bracket]) open.pop();
    else return bracket;
  }
  return open.join('');
}

function queriesIn(element: XmlElement): string[] {
  return [...(element.name === 'query' ? [element.text] : []), ...element.children.flatMap(queriesIn)];
}
