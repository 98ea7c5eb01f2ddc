import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { findProgram } from '../../deploy/local/find-program.ts';
import { withParentDeath } from '../../deploy/local/parent-death.ts';
import type { Row } from '../campaign/row.ts';
import { beforeMs, steadyPerSecond } from './load-rates.ts';

const failingMs = 6_000;
const strace = () => findProgram('strace', 'install strace');

/** The disk says that it could not keep what it was told: Redis must not acknowledge, and nobody may go on as if it had. */
export const fsyncError: Row = {
  name: 'fsync-error',
  number: 24,
  title: "every fsync of Redis' append-only file fails with EIO for some seconds; Redis is then started again",
  topology: 'one',
  short: false,
  servers: {},
  injectable: () => {
    const found = strace();
    return found.ok ? { ok: true } : { ok: false, reason: found.detail };
  },
  async run(run) {
    const program = strace();
    if (!program.ok) throw new Error(program.detail);
    await run.startScorers(2);
    run.load.start(steadyPerSecond);
    await delay(beforeMs);
    await run.until('verdicts flow', () => run.watch.records() > 0);
    const pausesBefore = await run.scorersSay('gaitkeeper_stage_pauses_total', { stage: 'scorer' });
    const atMs = run.clock.nowMs();
    const calls = 'fsync,fdatasync';
    const [command, args] = withParentDeath(program.path, [
      ...[
        '-f',
        '-qq',
        '-e',
        `trace=${calls}`,
        '-e',
        `inject=${calls}:error=EIO`,
        '-p',
        String(run.cluster.redis.pid()),
      ],
    ]);
    const tracer = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    let failed = 0;
    tracer.stderr.setEncoding('utf8').on('data', (text: string) => {
      failed += text.split('EIO').length - 1;
    });
    const gone = once(tracer, 'exit');
    await delay(failingMs);
    const pauses = (await run.scorersSay('gaitkeeper_stage_pauses_total', { stage: 'scorer' })) - pausesBefore;
    tracer.kill('SIGINT'); // it lets go of its process
    await gone;
    // Redis 7 refuses writes (MISCONF) until a later sync succeeds, and has nothing to sync: somebody has to start it again.
    await run.cluster.redis.restart();
    const recoveriesMs = await run.recoveries(atMs);
    return {
      recoveriesMs,
      proofs: [
        { what: 'syncs that failed', seen: failed },
        { what: 'partitions that rested', seen: pauses },
      ],
      figures: { syncsFailed: failed, pauses },
    };
  },
  heal: ({ redis }) => redis.restart(),
};
