import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Command, CommanderError } from 'commander';
import { createProgram } from '../../cli/program.ts';
import { createTemporaryFolder, type TemporaryFolder } from '../../deploy/local/temporary-folder.ts';
import type { Verdict } from '../../detection/words/verdict.ts';
import { createWorkforce } from '../../evaluation/workforce/workforce.ts';
import { createKafkaBroker } from '../../platform/broker/kafka-broker.ts';
import { createVerdictCodec } from '../../schemas/verdict.ts';
import { decodeTemplate, templateVersion } from '../../templates/template-format.ts';
import { describeOn, kafkaClient, realKafka } from '../servers/real-servers.ts';
import { type CommandEnd, gaitkeeper } from './command-line.ts';

function pathsOf(command: Command, path: readonly string[] = []): string[][] {
  const below = command.commands.flatMap((each) => pathsOf(each, [...path, each.name()]));
  return [[...path], ...below];
}

/** What `--help` writes, and how it ends. */
async function helpOf(path: readonly string[]): Promise<{ text: string; exitCode: number | undefined }> {
  const program = createProgram();
  let text = '';
  const listen = (command: Command): void => {
    command.configureOutput({ writeOut: (written) => (text += written) });
    for (const each of command.commands) listen(each);
  };
  listen(program);
  try {
    await program.parseAsync(['node', 'gaitkeeper', ...path, '--help']);
  } catch (error) {
    if (error instanceof CommanderError) return { text, exitCode: error.exitCode };
    throw error;
  }
  return { text, exitCode: undefined };
}

describe('the help', () => {
  const leaves = pathsOf(createProgram()).filter(
    (path, _, all) =>
      !all.some((other) => other.length > path.length && path.every((word, index) => other[index] === word)),
  );

  it('has every command of the way', () => {
    const commands = [
      'demo',
      'replay',
      'ingest',
      'scorer',
      'alerting',
      'train',
      'topics',
      'tail',
      'config',
      'dead-letters',
      'rescore',
    ];
    expect(createProgram().commands.map((command) => command.name())).toEqual(expect.arrayContaining(commands));
  });

  it.each([[], ...leaves].map((path) => [`gaitkeeper ${path.join(' ')}`.trim(), path] as const))(
    'of `%s` ends well and has an example of it',
    async (name, path) => {
      const { text, exitCode } = await helpOf(path);
      expect(exitCode).toBe(0);
      const [, examples = ''] = text.split(/\nExamples?:\n/);
      expect(examples).toContain(name);
    },
  );
});

describe('a command that cannot begin', () => {
  let option: CommandEnd;
  let value: CommandEnd;
  let absent: CommandEnd;
  let noStore: CommandEnd;
  let variable: CommandEnd;
  let recordings: CommandEnd;

  beforeAll(async () => {
    [option, value, absent, noStore, variable, recordings] = await Promise.all([
      gaitkeeper(['scorer', '--kafka-broker', 'localhost:9092']),
      gaitkeeper(['replay', '--workers', 'many']),
      gaitkeeper(['scorer']),
      gaitkeeper(['alerting', '--kafka-brokers', 'localhost:9092']),
      gaitkeeper(['config', 'check', 'scorer'], { GAITKEEPER_KAFKA_BROKER: 'localhost:9092' }),
      gaitkeeper(['demo', '--recordings', '/nowhere', '--json']),
    ]);
  });

  it('for an unknown option ends with 64, and says which was meant and where the help is', () => {
    expect(option).toMatchObject({ exitCode: 64, stdout: '' });
    expect(option.stderr).toContain('Did you mean --kafka-brokers?');
    expect(option.stderr).toContain('(add --help for the options and examples)');
  });

  it('for a value that is none ends with 64, and says what would be one', () => {
    expect(value).toMatchObject({ exitCode: 64, stdout: '' });
    expect(value.stderr).toContain('must be a whole number from 1');
  });

  it('for want of a broker ends with 78 and the fix', () => {
    expect(absent).toMatchObject({ exitCode: 78, stdout: '' });
    expect(absent.stderr).toContain('kafkaBrokers (by default): it must be set');
    expect(absent.stderr).toContain('fix: export GAITKEEPER_KAFKA_BROKERS=');
  });

  it('for want of a store ends with 78 and the fix', () => {
    expect(noStore).toMatchObject({ exitCode: 78, stdout: '' });
    expect(noStore.stderr).toContain('fix: export GAITKEEPER_REDIS_URL=');
  });

  it('for a variable that nobody knows ends with 78, and says which was meant', () => {
    expect(variable).toMatchObject({ exitCode: 78, stdout: '' });
    expect(variable.stderr).toContain('GAITKEEPER_KAFKA_BROKER (environment): there is no such setting');
    expect(variable.stderr).toContain('did you mean GAITKEEPER_KAFKA_BROKERS?');
  });

  it('for recordings that are not there ends with 64, and says which are known', () => {
    expect(recordings).toMatchObject({ exitCode: 64, stdout: '' });
    expect(recordings.stderr).toContain('There is no folder /nowhere');
  });
});

describe('the settings', () => {
  it('are listed for every process, and printed without secrets', async () => {
    const [listed, printed] = await Promise.all([
      gaitkeeper(['config', 'list', '--json']),
      gaitkeeper(['config', 'print', 'scorer'], {
        GAITKEEPER_REDIS_URL: 'redis://scorer:hunter2@redis:6379',
        GAITKEEPER_KAFKA_SASL_MECHANISM: 'scram-sha-512',
        GAITKEEPER_KAFKA_SASL_USERNAME: 'scorer',
        GAITKEEPER_KAFKA_SASL_PASSWORD: 'correct horse',
      }),
    ]);
    expect(listed.exitCode).toBe(0);
    const processes = JSON.parse(listed.stdout) as { process: string; settings: { key: string; env: string }[] }[];
    expect(processes.map((each) => each.process)).toEqual(['ingest', 'scorer', 'alerting', 'train']);
    for (const { settings } of processes) {
      expect(settings).toContainEqual(
        expect.objectContaining({ key: 'kafkaBrokers', env: 'GAITKEEPER_KAFKA_BROKERS' }),
      );
    }
    expect(printed.exitCode).toBe(0);
    expect(JSON.parse(printed.stdout)).toMatchObject({ kafkaSaslUsername: 'scorer' });
    expect(printed.stdout + printed.stderr).not.toMatch(/hunter2|correct horse/);
  });
});

/** Recordings in the layout of a known set, of three people who do not exist. */
async function writeRecordings(folder: string): Promise<void> {
  const workforce = createWorkforce({
    workers: 3,
    enrolmentSessions: 4,
    laterSessions: 2,
    keysPerSession: 300,
    strokesPerSession: 0,
  });
  const lines = ['user,session,keyname,timepress,timerelease'];
  for await (const { name, sessions } of workforce.subjects()) {
    for (const [session, { keystrokes }] of sessions.entries()) {
      for (const { key, pressMs, releaseMs } of keystrokes) lines.push([name, session, key, pressMs, releaseMs].join());
    }
  }
  writeFileSync(join(folder, 'free_text.csv.gz'), gzipSync(`${lines.join('\n')}\n`));
}

describe('recordings in a folder', () => {
  let folder: TemporaryFolder;
  let trained: CommandEnd;
  let replayed: CommandEnd;

  beforeAll(async () => {
    folder = await createTemporaryFolder('gaitkeeper-recordings-');
    await writeRecordings(folder.path);
    const given = ['--recordings', folder.path, '--json', '--quiet'];
    [trained, replayed] = await Promise.all([
      gaitkeeper(['train', ...given, '--output', join(folder.path, 'templates')]),
      gaitkeeper(['replay', ...given, '--verdicts', join(folder.path, 'verdicts.jsonl')]),
    ]);
  }, 90_000);

  afterAll(() => folder?.remove());

  it('become template files that a scorer would accept', () => {
    expect([trained.exitCode, trained.stderr]).toEqual([0, expect.any(String)]);
    const report = JSON.parse(trained.stdout) as { enrolled: number; subjects: number; written: string[] };
    expect(report).toMatchObject({ subjects: 3, enrolled: 3, published: 0 });
    expect(report.written).toHaveLength(3);
    for (const path of report.written) {
      const bytes = readFileSync(path);
      expect(decodeTemplate(bytes, templateVersion(bytes))).toMatchObject({ ok: true, template: { kind: 'own' } });
    }
  });

  it('are replayed into a report with every promised field, and one line for each verdict', () => {
    expect([replayed.exitCode, replayed.stderr]).toEqual([0, expect.any(String)]);
    const report = JSON.parse(replayed.stdout) as Record<string, unknown>;
    expect(report).toMatchObject({
      recordings: 'villani-freetext',
      servers: 'embedded',
      users: 3,
      batches: expect.any(Number),
      verdicts: report['batches'],
      batchesWithoutVerdict: 0,
      deadLetters: 0,
      impostors: 1,
      impostorsDetected: expect.any(Number),
      detectedShare: expect.any(Number),
      falseAlertsPer10kKeys: expect.any(Number),
      alerts: expect.any(Number),
    });
    expect(report).toHaveProperty('medianKeysToDetect');
    expect(report).toHaveProperty('auc', null);
    const lines = readFileSync(join(folder.path, 'verdicts.jsonl'), 'utf8').trimEnd().split('\n');
    expect(lines).toHaveLength(report['verdicts'] as number);
    for (const line of lines) {
      expect(Object.keys(JSON.parse(line) as object)).toEqual(['subject', 'session', 'sequence', 'decision', 'risk']);
    }
  });
});

function enrolling(sequence: number): Verdict {
  return {
    verdictId: '1'.repeat(32),
    tenant: 'default',
    subject: '2'.repeat(32),
    device: '3'.repeat(32),
    session: '4'.repeat(32),
    sequence,
    source: { topic: 'behaviour', partition: 0, offset: sequence },
    receivedAtMs: 1_700_000_000_000,
    decision: 'undecided',
    reason: 'enrolling',
    risk: 0,
    evidence: [],
    modalities: [],
    templateKind: 'none',
    templateVersion: '',
    templateTrainedAtMs: 0,
    templateSamples: 0,
    keystrokes: 25,
    strokes: 0,
    inputRoute: 'local',
    host: null,
    degraded: false,
    rulings: [],
  };
}

describeOn('Kafka', realKafka(), ({ brokers }) => {
  const prefix = `test-${randomBytes(4).toString('hex')}.`;
  const cluster = {
    GAITKEEPER_KAFKA_BROKERS: brokers.join(','),
    GAITKEEPER_KAFKA_CLIENT: kafkaClient(),
    GAITKEEPER_TOPIC_PREFIX: prefix,
  };
  const topics = (verb: 'plan' | 'apply') =>
    gaitkeeper(['topics', verb, '--replication-factor', '1', '--json'], cluster);

  it('topics are planned, created, and then as they should be', async () => {
    const planned = JSON.parse((await topics('plan')).stdout) as { applied: boolean; changes: { kind: string }[] };
    expect(planned.applied).toBe(false);
    expect(planned.changes.length).toBeGreaterThanOrEqual(4);
    expect(planned.changes.map(({ kind }) => kind)).toEqual(planned.changes.map(() => 'create'));

    const applied = await topics('apply');
    expect(applied.exitCode).toBe(0);
    expect(JSON.parse(applied.stdout)).toEqual({ ...planned, applied: true });

    const again = JSON.parse((await topics('plan')).stdout) as typeof planned;
    expect(again.changes.map(({ kind }) => kind)).toEqual(planned.changes.map(() => 'unchanged'));
  });

  it('a topic is shown to its end, one JSON document a line', async () => {
    const codec = createVerdictCodec();
    const verdicts = [0, 1, 2].map((sequence) => enrolling(sequence));
    const broker = createKafkaBroker({ brokers, client: kafkaClient() });
    await broker.connect();
    await broker.produce(
      verdicts.map((verdict) => ({
        topic: `${prefix}verdicts.v1`,
        key: Buffer.from(verdict.subject),
        value: codec.encode(verdict),
      })),
    );
    await broker.close();
    const [shown, empty] = await Promise.all([
      gaitkeeper(['tail', 'verdicts', '--until-end', '--json'], cluster),
      gaitkeeper(['tail', 'alerts', '--until-end', '--json'], cluster),
    ]);
    expect([shown.exitCode, shown.stderr]).toEqual([0, '']);
    const lines = shown.stdout.trimEnd().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { sequence: number }).sequence)).toEqual([0, 1, 2]);
    expect(empty).toMatchObject({ exitCode: 0, stdout: '' });
  });
});
