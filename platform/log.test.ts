import { spawnSync } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';
import { processConfigs } from '../cli/process-configs.ts';
import { environmentNameOf } from './config/setting-names.ts';
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

/** A name for each word that is censored, which only that word makes one. */
const censoredNames = [
  ...['authorization', 'clientAuthorisation', 'proxy-auth', 'set-cookie', 'kafkaSaslPassword', 'passwd', 'passphrase'],
  ...['PIN', 'ingestDevelopmentSecret', 'credentials', 'refreshTokens', 'jwt', 'bearer', 'originalKey', 'pseudonyms'],
  ...['subjects', 'lastUser', 'login', 'email', 'mailTo', 'account', 'person', 'people', 'LAST_DEVICE', 'sessions'],
  ...['text', 'content', 'bodies', 'value', 'typed', 'keystroke', 'strokes', 'pointer', 'samples', 'vectors'],
  ...['accesstoken', 'devicetoken', 'apikey', 'privatekey', 'tenantkey', 'signingkey', 'subjectid', 'subjectname'],
  ...['userid', 'username', 'deviceid', 'sessionid', 'redisUrl', 'GAITKEEPER_REDIS_URL'],
];
const secretSettings = processConfigs.flatMap(({ process: name, settings }) =>
  Object.entries(settings).flatMap(([key, { secret }]) => (secret === true ? [[name, key] as const] : [])),
);

describe('the fields of an event', () => {
  it.each(censoredNames)('are censored where they are called %s', (name) => {
    const { log, lines } = captured();
    log.info({ [name]: canary, config: { [name]: canary }, list: [{ [name]: [canary] }] }, 'something happened');
    expect(lines.join('')).not.toContain(canary);
    expect(lines.join('').match(/\[redacted]/g)).toHaveLength(3);
  });

  it.each(secretSettings)('are censored where they are the secret setting of %s %s', (_, key) => {
    const { log, lines } = captured();
    log.info({ config: { [key]: canary }, env: { [environmentNameOf(key)]: canary } }, 'something happened');
    expect(lines.join('')).not.toContain(canary);
    expect(lines.join('').match(/\[redacted]/g)).toHaveLength(2);
  });

  it('are left alone where they say how the work goes', () => {
    const { log, lines } = captured();
    const words =
      'topic partition group reason detail connection version signal part stage rule severity alertId error';
    const further = 'component broker clientId url host commit reasons tokenless keyboard';
    const told = Object.fromEntries(`${words} ${further}`.split(' ').map((name) => [name, `told ${name}`]));
    log.info(told, 'something happened');
    expect(JSON.parse(lines[0] ?? '')).toMatchObject(told);
  });

  it('are shown as numbers where they count or measure, and censored where a number says who or what', () => {
    const { log, lines } = captured();
    const counts = { keys: 3, subjects: 7, sessionTimeoutMs: 30_000, tokenCount: 2, bodyLength: 9, password: true };
    log.info({ ...counts, key: 65, keyCode: 66, userId: 67, value: 68, pin: 6969 }, 'something happened');
    const event = JSON.parse(lines[0] ?? '');
    expect(event).toMatchObject(counts);
    for (const name of ['key', 'keyCode', 'userId', 'value', 'pin']) expect(event[name]).toBe('[redacted]');
  });
});

describe('the credentials of a connection string', () => {
  it.each(['plain', 'pa/ss', 'p@ss@word', 'pa?ss#w:rd', 'with "quotes" and \\ too', 'with\ttabs', 'ünïcödé'])(
    'are never written: %s',
    (password) => {
      const { log, lines } = captured();
      log.info({ detail: `cannot reach redis://user:${password}@cache:6379/0, once more` }, 'something happened');
      expect(lines[0]).toContain('redis://[redacted]@cache:6379/0, once more');
      expect(JSON.parse(lines[0] ?? '').msg).toBe('something happened');
    },
  );

  it('are not seen in addresses and in the paths of a stack', () => {
    const { log, lines } = captured();
    const detail = 'Error at http://10.0.0.7:8080/path\n    at file:///app/node_modules/@fastify/helmet/index.js:7:1';
    log.info({ detail }, 'mail to ops@example.org');
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ detail, msg: 'mail to ops@example.org' });
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
