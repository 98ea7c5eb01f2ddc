import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { alertFormats } from '../../alerting/alerts/format.ts';
import { writerOf } from '../../alerting/formats/writer-of.ts';
import { goldenAlerts, goldenDocuments, pathsOf } from '../../test/fixtures/golden-alerts.ts';
import { parseCef } from '../../test/fixtures/parse-cef.ts';
import { parseLeef } from '../../test/fixtures/parse-leef.ts';
import { parseLogstash } from '../../test/fixtures/parse-logstash.ts';
import { parseSplunkConf } from '../../test/fixtures/parse-splunk-conf.ts';
import { parseXml, type XmlElement } from '../../test/fixtures/parse-xml.ts';
import { realRsyslog } from '../../test/servers/real-servers.ts';

const at = (name: string) => readFileSync(new URL(name, import.meta.url), 'utf8');
const files = readdirSync(fileURLToPath(new URL('.', import.meta.url)), { recursive: true, encoding: 'utf8' })
  .map((name) => name.replaceAll('\\', '/'))
  .filter((name) => name.includes('.') && !name.endsWith('.ts'));
const ending = (name: string) => files.filter((file) => file.endsWith(name));
/** `alerts.v1` for ECS; a topic of its own for every other format. */
const topics = alertFormats.map((format) => `gaitkeeper.alerts${format === 'ecs' ? '' : `-${format}`}.v1`);

describe('every example configuration', () => {
  it.each([...ending('.yml'), ...ending('.yaml')].filter((name) => !name.includes('sigma')))('%s is YAML', (name) => {
    expect(parse(at(name))).toEqual(expect.any(Object));
  });

  it.each(ending('.json'))('%s is JSON', (name) => {
    expect(JSON.parse(at(name))).toEqual(expect.any(Object));
  });

  it.each(files)('%s names no topic that alerts do not stand on, and no group but the SIEM’s', (name) => {
    const text = at(name);
    for (const [topic] of text.matchAll(/gaitkeeper\.alerts[a-z-]*\.v\d/g)) expect(topics).toContain(topic);
    for (const [, group] of text.matchAll(
      /(?:group_id|consumerGroup|consumer_group)["']?\s*(?:=>|:|=)\s*"?([\w-]+)/g,
    )) {
      expect(group).toMatch(/^siem-/);
    }
  });

  it.each(files)('%s holds no secret, only where one comes from', (name) => {
    const secrets = /(?:api_key|token|secret)["']?\s*(?:=>|:)\s*["']?(?!\$)[^\s"'$]/;
    expect(at(name)).not.toMatch(secrets);
  });
});

describe('Elastic', () => {
  interface Mapping {
    type?: string;
    properties?: Record<string, Mapping>;
  }
  const { template } = JSON.parse(at('elastic/component-template.json')) as { template: { mappings: Mapping } };

  function mappedIn(mapping: Mapping, path = ''): string[] {
    if (mapping.properties === undefined) return [path];
    return Object.entries(mapping.properties).flatMap(([name, inner]) =>
      mappedIn(inner, path ? `${path}.${name}` : name),
    );
  }

  it('has a mapping for every field that an alert can have, and for no other', () => {
    const fields = new Set(goldenDocuments('ecs').flatMap((document) => [...pathsOf(document)]));
    // Set by the ingest pipeline when the alert comes in.
    fields.add('event.ingested');
    expect(mappedIn(template.mappings).sort()).toEqual([...fields].sort());
  });

  it('gives an alert its own id and the time of its arrival, on every way in', () => {
    const pipeline = JSON.parse(at('elastic/ingest-pipeline.json')) as { processors: { set: { field: string } }[] };
    expect(pipeline.processors.map(({ set }) => set.field)).toEqual(['_id', 'event.ingested']);
    const index = JSON.parse(at('elastic/index-template.json')) as {
      index_patterns: string[];
      template: { settings: Record<string, string> };
    };
    expect(index.index_patterns).toEqual(['logs-gaitkeeper.alert-*']);
    expect(index.template.settings['index.default_pipeline']).toBe('gaitkeeper-alert');
    for (const name of ['elastic/filebeat.yml', 'elastic/agent.yml'])
      expect(at(name)).toContain('pipeline: gaitkeeper-alert');
  });
});

describe('Logstash', () => {
  it('writes every alert under its own id, once', () => {
    const plugins = parseLogstash(at('logstash/gaitkeeper.conf'));
    expect(plugins.map(({ section, plugin }) => `${section} ${plugin}`)).toEqual([
      'input kafka',
      'output elasticsearch',
    ]);
    expect(plugins[0]?.settings).toMatchObject({ topics: ['gaitkeeper.alerts.v1'], codec: 'json' });
    expect(plugins[1]?.settings).toMatchObject({ document_id: '%{[event][id]}', action: 'create' });
  });

  it('sends Sentinel the columns that its rule declares', () => {
    const plugins = parseLogstash(at('sentinel/logstash.conf'));
    expect(plugins.map(({ section }) => section)).toEqual(['input', 'filter', 'output']);
    expect(plugins[1]?.settings['rename']).toEqual({ '@timestamp': 'timestamp' });
  });
});

describe('Vector', () => {
  it('connects what it reads to where it writes', () => {
    const { sources, transforms, sinks } = parse(at('vector/vector.yaml')) as Record<
      string,
      Record<string, { inputs?: string[] }>
    >;
    const ids = [...Object.keys(sources ?? {}), ...Object.keys(transforms ?? {})];
    const inputs = [...Object.values(transforms ?? {}), ...Object.values(sinks ?? {})].flatMap(
      (each) => each.inputs ?? [],
    );
    expect(inputs.length).toBe(2);
    for (const input of inputs) expect(ids).toContain(input);
  });
});

describe('Splunk', () => {
  it('finds the time where an event has it, and takes the longest event whole', () => {
    const { 'gaitkeeper:risk': props = {} } = parseSplunkConf(at('splunk/props.conf'));
    const prefix = new RegExp(props['TIME_PREFIX'] ?? '');
    for (const alert of goldenAlerts) {
      const line = writerOf('splunk-risk')(alert).toString();
      const time = line.slice(
        line.search(prefix) + (prefix.exec(line)?.[0].length ?? 0),
        Number(props['MAX_TIMESTAMP_LOOKAHEAD']) + 14,
      );
      expect(time).toMatch(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z/);
    }
    expect(Number(props['TRUNCATE'])).toBe(65_536);
  });

  it('has every stanza that another one names', () => {
    const props = parseSplunkConf(at('splunk/props.conf'));
    const transforms = parseSplunkConf(at('splunk/transforms.conf'));
    const named = Object.values(props).flatMap((settings) =>
      Object.entries(settings).flatMap(([name, value]) => (name.startsWith('TRANSFORMS-') ? [value] : [])),
    );
    expect(named).toEqual(Object.keys(transforms));
    const [eventtype] = Object.keys(parseSplunkConf(at('splunk/tags.conf')));
    expect(eventtype).toBe(`eventtype=${Object.keys(parseSplunkConf(at('splunk/eventtypes.conf')))[0]}`);
  });

  it('puts tests aside by what marks them', () => {
    const { gaitkeeper_tests_aside: aside = {} } = parseSplunkConf(at('splunk/transforms.conf'));
    const marked = goldenAlerts.map((alert) =>
      new RegExp(aside['REGEX'] ?? '^$').test(writerOf('splunk-risk')(alert).toString()),
    );
    expect(marked).toEqual(goldenAlerts.map(({ isTest }) => isTest));
  });

  it('has a well-formed dashboard of three searches', () => {
    const queries: string[] = [];
    const walk = (element: XmlElement): void => {
      if (element.name === 'query') queries.push(element.text);
      element.children.forEach(walk);
    };
    walk(parseXml(at('splunk/dashboard.xml')));
    expect(queries).toHaveLength(3);
    for (const query of queries) expect(query).toContain('is_test=false');
  });

  it('is collected by a pipeline whose parts are there', () => {
    const { service, ...parts } = parse(at('splunk/soc4kafka.yaml')) as {
      service: { pipelines: Record<string, Record<string, string[]>> };
    } & Record<string, Record<string, unknown>>;
    for (const [kind, names] of Object.entries(service.pipelines['logs'] ?? {})) {
      for (const name of names) expect(Object.keys(parts[kind] ?? {})).toContain(name);
    }
  });
});

describe('QRadar', () => {
  const { custom_properties, qid_map } = parse(at('qradar/log-source.yaml')) as {
    custom_properties: Record<'leef' | 'cef', Record<string, string>>;
    qid_map: { event_ids: string[]; categories: string[] };
  };

  it('reads its properties by keys that the lines have', () => {
    const leef = goldenAlerts.flatMap((alert) => Object.keys(parseLeef(writerOf('leef')(alert).toString()).attributes));
    const cef = goldenAlerts.flatMap((alert) => Object.keys(parseCef(writerOf('cef')(alert).toString()).extension));
    for (const key of Object.values(custom_properties.leef)) expect(leef).toContain(key);
    for (const key of Object.values(custom_properties.cef)) expect(cef).toContain(key);
    expect(Object.keys(custom_properties.cef)).toEqual(Object.keys(custom_properties.leef));
  });

  it('knows the event ids and categories of every line', () => {
    for (const alert of goldenAlerts) {
      const { eventId, attributes } = parseLeef(writerOf('leef')(alert).toString());
      expect(qid_map.event_ids).toContain(eventId);
      expect(qid_map.categories).toContain(attributes['cat']);
    }
  });
});

describe('rsyslog', () => {
  const rsyslog = realRsyslog();
  const withRsyslog = rsyslog.available ? it : it.skip;
  withRsyslog(`takes its configuration${rsyslog.available ? '' : `: skipped, ${rsyslog.reason}`}`, () => {
    const path = rsyslog.available ? rsyslog.path : '';
    const file = fileURLToPath(new URL('rsyslog/gaitkeeper.conf', import.meta.url));
    const { status, stderr } = spawnSync(path, ['-N1', '-f', file], { encoding: 'utf8' });
    // What it says of its scheduling is about this machine.
    const said = stderr.split('\n').filter((line) => !line.includes('pthread_attr_setschedpolicy'));
    const faults = said.filter((line) => /error|could not|not known/i.test(line));
    expect({ status, faults }).toEqual({ status: 0, faults: [] });
  });
});
