import { describe, expect, it } from '@jest/globals';
import pc from 'picocolors';
import { type AlertFormat, alertFormats } from '../../alerting/alerts/format.ts';
import { writerOf } from '../../alerting/formats/writer-of.ts';
import { incidentAlertOf } from '../../test/fixtures/alert-fixture.ts';
import { revisionOf } from '../../test/fixtures/incident-fixture.ts';
import { createProgram } from '../program.ts';
import { alertSchemaOf } from './alert-fields.ts';
import { prettyAlert } from './pretty-alert.ts';
import { sampleAlerts, sampleKeyOf, samplesOfEach } from './sample-alerts.ts';

const atMs = 1_790_000_000_000;
const options = { seed: 7, tenant: 'acme', atMs };
const linesOf = (format: AlertFormat, count: number, given = {}) =>
  sampleAlerts(count, { ...options, ...given }).map((alert) => writerOf(format)(alert).toString('utf8'));

describe('samples', () => {
  it.each(alertFormats)('in %s each say that they are a test, and are the same for the same seed', (format) => {
    const lines = linesOf(format, 2 * samplesOfEach);
    expect(lines.filter((line) => !/test/i.test(line))).toEqual([]);
    expect(linesOf(format, 2 * samplesOfEach)).toEqual(lines);
    expect(linesOf(format, 2 * samplesOfEach, { seed: 8 })).not.toEqual(lines);
  });

  it('have an id each, tell of every state and kind, and are never in the future', () => {
    const samples = sampleAlerts(3 * samplesOfEach, options);
    expect(new Set(samples.map(({ id }) => id)).size).toBe(samples.length);
    const told = samples.flatMap((alert) => (alert.kind === 'incident' ? [alert.incident] : []));
    expect(new Set(told.map(({ state }) => state))).toEqual(new Set(['open', 'escalated', 'closed']));
    expect(new Set(told.map(({ pattern }) => pattern)).size).toBe(3);
    const times = samples.map((alert) => (alert.kind === 'incident' ? alert.incident.atMs : alert.atMs));
    expect(Math.max(...times)).toBe(atMs);
    expect(samples.some(({ kind }) => kind === 'held-back')).toBe(true);
  });

  it('of one incident share its id and their key', () => {
    const [opened, escalated, closed] = sampleAlerts(samplesOfEach, options);
    const ids = [opened, escalated, closed].map((alert) =>
      alert?.kind === 'incident' ? alert.incident.incidentId : '',
    );
    expect(new Set(ids).size).toBe(1);
    if (opened === undefined || closed === undefined) throw new Error('no samples');
    expect(sampleKeyOf(closed)).toEqual(sampleKeyOf(opened));
  });
});

describe('the fields of a format', () => {
  const samples = sampleAlerts(2 * samplesOfEach, options);
  const schemaOf = (format: AlertFormat) => alertSchemaOf(format, writerOf(format), samples);

  it.each(alertFormats)('of %s name what tells two alerts apart', (format) => {
    const { deduplicateBy, fields } = schemaOf(format);
    expect(fields.find(({ path }) => path === deduplicateBy)).toMatchObject({ type: 'text', always: true });
    expect(fields.length).toBeGreaterThan(15);
    expect(new Set(fields.map(({ path }) => path)).size).toBe(fields.length);
  });

  it('say what is always there, and what each is', () => {
    const ecs = new Map(schemaOf('ecs').fields.map((field) => [field.path, field]));
    expect(ecs.get('event.severity')).toMatchObject({ type: 'number', always: true });
    expect(ecs.get('user.id')).toMatchObject({ type: 'text', always: false });
    expect(ecs.get('gaitkeeper.contributions[].feature')).toMatchObject({ type: 'text', always: false });
    const cef = new Map(schemaOf('cef').fields.map((field) => [field.path, field]));
    expect(cef.get('signatureId')).toMatchObject({ always: true });
    expect(cef.get('severity')?.example).toMatch(/^\d+$/);
  });
});

describe('an alert in words', () => {
  const pretty = (given: Parameters<typeof incidentAlertOf>[0]) =>
    prettyAlert(writerOf('ecs')(incidentAlertOf(given)).toString('utf8'));

  it('says when, how bad, about whom, why, and what else it could be', () => {
    const said = pretty({ hostName: 'wks-17', incident: revisionOf({ host: 'f'.repeat(32) }) });
    expect(said).toContain(`incident ${'1'.repeat(32)} revision 1 (open), host wks-17`);
    expect(said).toMatch(/73 .*Behaviour does not match/);
    expect(said).toContain('hold left mean 212 ms');
    expect(said).toMatch(/\n {4}or: .*keyboard/);
  });

  it('sends nothing to the terminal that it could take for a command', () => {
    const hostile = JSON.stringify({
      '@timestamp': 'now\u001b[2J',
      message: 'a\u001b]0;title\u0007\u202e\nb',
      event: { kind: 'event', severity: 21, reason: '\u0085\u2028\u009b31m' },
      gaitkeeper: { held_back: {} },
    });
    // Our own colours, where there are some, are the only sequences that may stand there.
    const ours = pc
      .dim('|')
      .split('|')
      .filter((part) => part !== '');
    const said = ours.reduce((text, sequence) => text.replaceAll(sequence, ''), prettyAlert(hostile));
    expect(said.split('\n').filter((line) => /[\p{Cc}\p{Cf}\p{Zl}]/u.test(line))).toEqual([]);
    expect(said.split('\n')).toHaveLength(2);
  });

  it.each([
    '',
    'nonsense',
    '[]',
    'null',
    '{}',
    '{"message":1}',
    '{"message":"m","event":{"severity":1},"gaitkeeper":null}',
  ])('that is none is said to be none: %s', (line) => expect(prettyAlert(line)).toContain('not an alert'));
});

describe('`gaitkeeper alerts`', () => {
  async function printed(args: readonly string[]): Promise<string> {
    const { write } = process.stdout;
    let text = '';
    process.stdout.write = ((chunk: string) => {
      text += chunk;
      return true;
    }) as typeof write;
    try {
      await createProgram().parseAsync(['node', 'gaitkeeper', 'alerts', ...args]);
    } finally {
      process.stdout.write = write;
    }
    return text;
  }

  it('prints samples without any server', async () => {
    const args = [
      'emit-sample',
      '--format',
      'leef',
      '--count',
      '2',
      '--seed',
      '7',
      '--at',
      '2026-09-21T14:13:20Z',
      '--print',
    ];
    const text = await printed(args);
    expect(text.split('\n')).toEqual([
      ...linesOf('leef', 2, { tenant: 'default', atMs: Date.UTC(2026, 8, 21, 14, 13, 20) }),
      '',
    ]);
  });

  it('prints the fields of a format', async () => {
    expect(JSON.parse(await printed(['schema', '--format', 'ecs', '--json']))).toMatchObject({
      deduplicateBy: 'event.id',
    });
    expect(await printed(['schema', '--format', 'leef'])).toMatch(/usrName +text +/);
  });
});
