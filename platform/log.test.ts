import { spawnSync } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';
import { createLogger, type LogFormat } from './log.ts';

const canary = 'canary-7f3a9c2e';

function captured(format: LogFormat = 'json') {
  const lines: string[] = [];
  const log = createLogger({
    name: 'scorer',
    level: 'debug',
    format,
    destination: { write: (line) => lines.push(line) },
  });
  return { log, lines };
}

describe.each(['json', 'pretty'] as const)('a %s logger', (format) => {
  it.each([
    ['a header', { headers: { authorization: canary } }],
    ['a request with headers', { req: { headers: { authorization: canary, cookie: canary } } }],
    ['a password', { password: canary }],
    ['a nested password', { kafka: { sasl: { password: canary } } }],
    ['a deep password', { a: { b: { c: { password: canary } } } }],
    ['a password below every depth', { a: { b: { c: { d: { e: { f: { g: { password: canary } } } } } } } }],
    ['a header in capitals', { Authorization: canary }],
    ['an error itself', Object.assign(new Error('refused'), { token: canary })],
    [
      'the cause of an error',
      { err: new Error('lost', { cause: Object.assign(new Error('refused'), { token: canary }) }) },
    ],
    ['bytes', { record: Buffer.from(canary), password: canary }],
    ['a map', { headers: new Map([['authorization', canary]]) }],
    ['a token', { token: canary }],
    ['a record key', { record: { key: canary } }],
    ['a private key', { signer: { privateKey: canary } }],
    ['a subject', { subject: canary }],
    ['a person by name', { user: canary, username: canary, email: canary, subjectName: canary }],
    ['people in a list', { people: [{ user: canary }, { user: canary }] }],
    ['typed text', { text: canary, body: { said: canary } }],
    ['an error with a configuration', { err: Object.assign(new Error('refused'), { config: { password: canary } }) }],
    ['an error with a connection string', { err: new Error(`cannot reach redis://:${canary}@cache:6379`) }],
    ['a quoted header', { detail: `Authorization: Bearer ${canary}` }],
  ])('never writes %s', (_, fields) => {
    const { log, lines } = captured(format);
    log.info(fields, 'something happened');
    log.child(fields).info({}, 'something happened in a child');
    expect(lines).toHaveLength(2);
    expect(lines.join('')).not.toContain(canary);
    // The pretty form leaves out an error's own fields.
    if (format === 'json') expect(lines.join('')).toMatch(/\[redacted]|\[too deep]/);
  });

  it('leaves other fields alone', () => {
    const { log, lines } = captured(format);
    log.info({ lateByMs: 12_345, topic: 'gaitkeeper.behaviour.v1' }, 'late batch dropped');
    expect(lines[0]).toContain('12345');
    expect(lines[0]).toContain('gaitkeeper.behaviour.v1');
    expect(lines[0]).toContain('late batch dropped');
  });

  it('says nothing below its level', () => {
    const { log, lines } = captured(format);
    log.trace({}, 'too fine');
    log.debug({}, 'fine');
    expect(lines).toHaveLength(1);
  });
});

describe('a logger', () => {
  it('writes one JSON object a line, with level as a word, name, ISO time and the child fields', () => {
    const { log, lines } = captured();
    log.child({ partition: 3 }).warn({ lagRecords: 8 }, 'lag grows');
    const event = JSON.parse(lines[0] ?? '');
    expect(event).toMatchObject({ level: 'warn', name: 'scorer', partition: 3, lagRecords: 8, msg: 'lag grows' });
    expect(new Date(event.time).toISOString()).toBe(event.time);
  });

  it('keeps a pretty event on one line, whatever its phrase and fields hold', () => {
    const { log, lines } = captured('pretty');
    log.error({ detail: 'a\nb' }, 'forged\nsecond line\u001b[2J');
    expect(lines[0]?.trimEnd()).not.toMatch(/\p{Cc}/u);
  });

  it('survives fields that JSON cannot hold', () => {
    const { log, lines } = captured();
    const circle: Record<string, unknown> = { big: 12n, when: new Date(Number.NaN), nothing: undefined };
    circle['self'] = circle;
    log.info(circle, 'odd fields');
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ big: '12', when: 'invalid date', msg: 'odd fields' });
  });

  it("leaves the caller's fields as they were", () => {
    const fields = { password: 'p', nested: { token: 't' } };
    captured().log.info(fields, 'looked at');
    expect(fields).toEqual({ password: 'p', nested: { token: 't' } });
  });

  it('puts the stack of an error below a pretty event', () => {
    const { log, lines } = captured('pretty');
    log.error({ err: new TypeError('not a window') }, 'could not judge');
    expect(lines[0]).toMatch(/could not judge\n {4}TypeError: not a window\n {4}at /);
  });

  it('has written everything when the process ends at once, to standard error', () => {
    const program = `
      import { createLogger } from './platform/log.ts';
      const log = createLogger({ name: 'scorer', level: 'info', format: 'auto' });
      for (let line = 0; line < 2000; line++) log.info({ line }, 'line');
      process.exit(3);`;
    const ended = spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], {
      encoding: 'utf8',
    });
    const lines = ended.stderr.trimEnd().split('\n');
    expect(ended.status).toBe(3);
    expect(lines).toHaveLength(2000);
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ line: 1999, name: 'scorer' });
    expect(ended.stdout).toBe('');
  });
});
