import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { datasetsDirectory, openNamedRecordings, openRecordings } from './open-recordings.ts';
import { type RecordedSubject, type Recordings, RecordingsMalformed } from './recordings.ts';

/** Made-up rows in the formats of the recordings; nobody typed them. */
let folder = '';

async function put(path: string, text: string): Promise<void> {
  const full = join(folder, path);
  await mkdir(join(full, '..'), { recursive: true });
  await writeFile(full, path.endsWith('.gz') ? gzipSync(text) : text);
}

async function opened(name: string): Promise<Recordings> {
  const outcome = await openRecordings(join(folder, name));
  if (!outcome.ok) throw new Error(outcome.detail);
  return outcome.value;
}

async function all(recordings: Recordings): Promise<RecordedSubject[]> {
  const subjects: RecordedSubject[] = [];
  for await (const subject of recordings.subjects()) subjects.push(subject);
  return subjects;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gaitkeeper-recordings-'));
  const typed = ['user,session,keyname,timepress,timerelease'];
  for (const user of ['0', '1']) {
    for (const session of ['5', '0', '1', '2', '3', '4'])
      typed.push(`${user},${session},e,10,90`, `${user},${session},space,130,200`);
  }
  await put('villani/free_text.csv.gz', `${typed.join('\n')}\n`);
  const sentences = ['participant,section,press_ms,release_ms,keycode'];
  for (let section = 100; section < 115; section++) sentences.push(`7,${section},1471934395787,1471934395901,87`);
  await put('aalto/keystrokes_2329users.csv.gz', sentences.join('\n'));
  const mouse = (session: string) =>
    [0, 0.1, 0.2].map((s, i) => `${session},${s},${s},NoButton,Move,${100 + i},200`).join('\n');
  const header = 'session,record_timestamp,client_timestamp,button,state,x,y';
  await put('balabit/public_labels.csv', 'filename,is_illegal\nsession_0021,1\nsession_0022,0\n');
  await put('balabit/training/user12.csv.gz', `${header}\n${mouse('11')}\n${mouse('12')}\n`);
  await put('balabit/training/user9.csv.gz', `${header}\n${mouse('13')}\n`);
  await put('balabit/test/user12.csv.gz', `${header}\n${mouse('0021')}\n${mouse('0022')}\n${mouse('0023')}\n`);
  await put(
    'sapimouse/session_3min.csv.gz',
    'user,t_ms,button,state,x,y\n1,500,NoButton,Move,1,2\n1,516,NoButton,Wobble,3,4\n',
  );
  await put(
    'sapimouse/session_1min.csv.gz',
    'user,t_ms,button,state,x,y\n1,900,Left,Pressed,5,6\n1,950,Left,Released,5,6\n',
  );
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe('recordings', () => {
  it('splits typed sessions chronologically: 0-3 enrol, 4 and 5 are later, whatever the order of the file', async () => {
    const recordings = await opened('villani');
    const subjects = await all(recordings);
    expect(recordings).toMatchObject({ name: 'villani-freetext', modality: 'keystrokes', labelled: false });
    expect(subjects.map((subject) => subject.name)).toEqual(['0', '1']);
    expect(subjects[0]?.sessions.map(({ name, part }) => `${name} ${part}`)).toEqual([
      '0 enrolment',
      '1 enrolment',
      '2 enrolment',
      '3 enrolment',
      '4 later',
      '5 later',
    ]);
    expect(subjects[1]?.sessions[0]?.keystrokes).toEqual([
      { key: 'e', pressMs: 10, releaseMs: 90 },
      { key: 'space', pressMs: 130, releaseMs: 200 },
    ]);
    expect(await all(recordings)).toEqual(subjects);
  });

  it('takes ten sentences for enrolment and five for later', async () => {
    const [subject] = await all(await opened('aalto'));
    expect(subject?.sessions.filter((session) => session.part === 'enrolment')).toHaveLength(10);
    expect(subject?.sessions.filter((session) => session.part === 'later')).toHaveLength(5);
    expect(subject?.sessions[0]?.keystrokes[0]).toEqual({ key: 87, pressMs: 1471934395787, releaseMs: 1471934395901 });
  });

  it('carries the labels of pointer sessions, keeps leading zeros, leaves unlabelled sessions out', async () => {
    const recordings = await opened('balabit');
    const subjects = await all(recordings);
    expect(recordings).toMatchObject({ labelled: true, inputRoute: 'remote-desktop' });
    expect(subjects.map((subject) => subject.name)).toEqual(['user9', 'user12']);
    expect(subjects[1]?.sessions.map(({ name, part, actor }) => [name, part, actor])).toEqual([
      ['11', 'enrolment', 'owner'],
      ['12', 'enrolment', 'owner'],
      ['0021', 'later', 'impostor'],
      ['0022', 'later', 'owner'],
    ]);
    expect(subjects[1]?.sessions[0]?.pointer[1]).toEqual({ timeMs: 100, state: 'Move', x: 101, y: 200 });
  });

  it('joins the two files of a pointer set by user, from time 0, and passes over unknown states', async () => {
    const [subject] = await all(await opened('sapimouse'));
    expect(subject?.sessions.map(({ part, pointer }) => [part, pointer.map((event) => event.timeMs)])).toEqual([
      ['enrolment', [0]],
      ['later', [0, 50]],
    ]);
  });

  it('says in words what is missing and how to mend it', async () => {
    const absent = await openRecordings(join(folder, 'nowhere'));
    expect(absent).toMatchObject({ ok: false, reason: 'absent' });
    expect(absent.ok ? '' : absent.detail).toMatch(/GAITKEEPER_DATASETS/);
    await put('empty/readme.txt', 'nothing here');
    expect(await openRecordings(join(folder, 'empty'))).toMatchObject({ ok: false, reason: 'unrecognised' });
    await put('above/villani-freetext/free_text.csv.gz', '');
    const above = await openRecordings(join(folder, 'above'));
    expect(above.ok ? '' : above.detail).toMatch(/folder above .*villani-freetext/);
  });

  it('finds the datasets by the environment first', async () => {
    expect(datasetsDirectory({ GAITKEEPER_DATASETS: folder }, '/')).toBe(folder);
    expect(datasetsDirectory({}, folder)).toBeUndefined();
    expect(await openNamedRecordings('balabit', { GAITKEEPER_DATASETS: folder })).toMatchObject({ ok: true });
  });

  it.each([
    ['a missing column', gzipSync('user,session\n1,2\n'), /no column "keyname", /],
    ['an empty file', gzipSync(''), /is empty/],
    [
      'a cut archive',
      gzipSync(`user,session,keyname,timepress,timerelease\n${'1,2,e,1,2\n'.repeat(9_999)}`).subarray(0, 60),
      /cannot be read/,
    ],
    ['what is no archive', Buffer.from('plain text'), /cannot be read/],
    ['a ragged row', gzipSync('user,session,keyname,timepress,timerelease\n1,2\n'), /unlike its header in line 2/],
    ['a quoted cell', gzipSync('user,session,keyname,timepress,timerelease\n1,0,"e",1,2\n'), /in line 2/],
    [
      'a subject that comes back',
      gzipSync('user,session,keyname,timepress,timerelease\n1,0,e,1,2\n2,0,e,1,2\n1,0,e,1,2\n'),
      /not grouped/,
    ],
  ])('refuses %s by file and line', async (_, bytes, message) => {
    await mkdir(join(folder, 'broken'), { recursive: true });
    await writeFile(join(folder, 'broken', 'free_text.csv.gz'), bytes);
    const recordings = await opened('broken');
    await expect(all(recordings)).rejects.toThrow(message);
    await expect(all(recordings)).rejects.toMatchObject({ name: 'RecordingsMalformed' });
  });

  describe.each([
    {
      set: 'villani',
      file: 'free_text.csv.gz',
      row: { user: '1', session: '0', keyname: 'e', timepress: '10', timerelease: '90' },
      numbers: ['session', 'timepress', 'timerelease'],
    },
    {
      set: 'aalto',
      file: 'keystrokes_2329users.csv.gz',
      row: { participant: '7', section: '100', press_ms: '10', release_ms: '90', keycode: '87' },
      numbers: ['press_ms', 'release_ms', 'keycode'],
    },
    {
      set: 'balabit',
      file: 'training/user9.csv.gz',
      row: { session: '13', client_timestamp: '0.1', button: 'NoButton', state: 'Move', x: '1', y: '2' },
      numbers: ['client_timestamp', 'x', 'y'],
    },
    {
      set: 'balabit',
      file: 'public_labels.csv',
      row: { filename: 'session_0021', is_illegal: '1' },
      numbers: ['is_illegal'],
    },
    ...['session_3min.csv.gz', 'session_1min.csv.gz'].map((file) => ({
      set: 'sapimouse',
      file,
      row: { user: '1', t_ms: '16', button: 'NoButton', state: 'Move', x: '1', y: '2' },
      numbers: ['t_ms', 'x', 'y'],
    })),
  ])('$set/$file', ({ set, file, row, numbers }) => {
    const header = Object.keys(row).join(',');

    async function refusalOf(cells: Record<string, string>): Promise<Error> {
      const damaged = join(folder, `damaged-${set}`);
      await cp(join(folder, set), damaged, { recursive: true });
      await put(`damaged-${set}/${file}`, [header, Object.values(row), '', Object.values(cells)].join('\n'));
      const refusal = await all(await opened(`damaged-${set}`)).catch((error: unknown) => error);
      await rm(damaged, { recursive: true });
      if (!(refusal instanceof RecordingsMalformed)) throw new Error(`read all the same: ${String(refusal)}`);
      return refusal;
    }

    it.each(
      numbers.flatMap((column) => [
        [column, 'xyz'],
        [column, ''],
        [column, 'Infinity'],
      ]),
    )('has numbers for %s: "%s" is refused by file, line, column and cell', async (column, cell) => {
      const { message } = await refusalOf({ ...row, [column]: cell });
      expect(message).toBe(`${basename(file)}, line 4, column ${column}: expected a number, not "${cell}"`);
    });

    it('is refused with a cell that is long or would move the cursor, shortened and escaped', async () => {
      const [column = ''] = numbers;
      const { message } = await refusalOf({ ...row, [column]: `\u001b[2J\u202e\u009b${'9'.repeat(3_000)}` });
      expect(message).toMatch(/not "\\u001b\[2J\\u202e\\u009b9+"…$/);
      expect(message.length).toBeLessThan(150);
    });
  });

  it('refuses a label that says neither legal nor illegal', async () => {
    await cp(join(folder, 'balabit'), join(folder, 'half-legal'), { recursive: true });
    await put('half-legal/public_labels.csv', 'filename,is_illegal\nsession_0021,0.5\n');
    await expect(all(await opened('half-legal'))).rejects.toThrow(
      new RecordingsMalformed('public_labels.csv has a label that is neither 0 nor 1'),
    );
  });

  it.each([
    ['sapimouse', 'session_1min.csv.gz', 'session_3min.csv.gz'],
    ['sapimouse', 'session_3min.csv.gz', 'session_1min.csv.gz'],
    ['balabit', 'public_labels.csv', 'training, test'],
    ['balabit', 'test', 'public_labels.csv, training'],
  ])('says of a folder of %s without %s what it has, what it lacks and where', async (name, missing, present) => {
    const part = join(folder, `part-${name}`);
    await cp(join(folder, name), part, { recursive: true });
    await rm(join(part, missing), { recursive: true });
    const outcome = await openRecordings(part);
    await rm(part, { recursive: true });
    expect(outcome).toEqual({
      ok: false,
      reason: 'unrecognised',
      detail: `${part} holds ${present} of ${name}, but not ${missing}: put it there too.`,
    });
  });
});
