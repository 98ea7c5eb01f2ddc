import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { readTopicDefinitions, topicsFile } from '../../cli/topic-definitions.ts';
import { isReady } from '../../cli/trial/until-ready.ts';
import { createKafkaBroker, type KafkaBroker } from '../../platform/broker/kafka-broker.ts';
import { systemClock } from '../../platform/clock.ts';
import { eventually } from '../../test/contracts/eventually.ts';
import { describeOn, kafkaClient } from '../../test/servers/real-servers.ts';
import { kafkaAndRedis } from '../../test/whole-way/kafka-and-redis.ts';
import { createProcessFleet, type ProcessFleet } from './process-fleet.ts';

const startMs = 90_000;

/** What the kernel says of a process: `T` is stopped by a signal. */
function kernelState(pid: number): string | undefined {
  return /^State:\s+(\S)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
}

/** Whether there is such a process at all. */
function exists(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false; // ESRCH
  }
}

describeOn('Kafka and Redis: a fleet', kafkaAndRedis(), ({ brokers, redisUrl }) => {
  const prefix = `gaitkeeper.fleet-${randomBytes(4).toString('hex')}.`;
  let broker: KafkaBroker;
  let fleet: ProcessFleet;

  beforeAll(async () => {
    broker = createKafkaBroker({ brokers, client: kafkaClient() });
    await broker.connect();
    await broker.createTopics(readTopicDefinitions(topicsFile, { prefix, replicationFactor: 1 }));
  });

  afterAll(() => broker?.close());

  beforeEach(() => {
    fleet = createProcessFleet({
      settings: {
        kafkaBrokers: brokers.join(','),
        kafkaClient: kafkaClient(),
        redisUrl,
        topicPrefix: prefix,
        logFormat: 'json',
        logLevel: 'warn',
      },
      env: process.env,
      program: 'source',
      clock: systemClock,
      maxMembers: 2,
    });
  });

  afterEach(() => fleet.stop(), startMs);

  it(
    'has a member frozen, thawed, killed and started again at the same place, and says when',
    async () => {
      const scorer = await fleet.start('scorer');
      const first = scorer.pid();
      expect([scorer.name, scorer.state()]).toEqual(['scorer-1', 'running']);

      scorer.freeze();
      if (process.platform === 'linux') await eventually('it stands still', () => kernelState(first) === 'T');
      expect([scorer.state(), await isReady(scorer.adminUrl)]).toEqual(['frozen', false]);
      scorer.thaw();
      await eventually('it answers again', () => isReady(scorer.adminUrl));

      await scorer.kill();
      expect([scorer.state(), exists(first)]).toEqual(['gone', false]);
      fleet.assertRunning();
      const { readyAfterMs } = await scorer.restart();
      const second = scorer.pid();
      expect(second).not.toBe(first);
      expect(await isReady(scorer.adminUrl)).toBe(true);

      scorer.freeze();
      await fleet.stop();
      expect([scorer.state(), exists(second)]).toEqual(['gone', false]);
      const { events } = fleet.events();
      expect(events.map(({ kind, pid }) => `${kind} ${pid === first ? 'first' : 'second'}`)).toEqual([
        ...['started first', 'ready first', 'frozen first', 'thawed first', 'killed first', 'ended first'],
        ...['started second', 'ready second', 'frozen second', 'ended second'],
      ]);
      expect(events.filter((event) => event.kind === 'ended').map(({ how }) => how)).toEqual(['SIGKILL', '0']);
      expect(events.findLast((event) => event.kind === 'ready')).toMatchObject({ afterMs: readyAfterMs });
    },
    startMs,
  );

  it(
    'passes on the last words of a member that cannot start, and takes no more than its bound',
    async () => {
      await expect(fleet.start('alerting', { kafkaBrokers: 'nowhere' })).rejects.toThrow(
        /alerting ended with \d+: .*/s,
      );
      expect(() => fleet.assertRunning()).toThrow('alerting ended with');
      await expect(fleet.start('scorer', { logLevel: 'loud' })).rejects.toThrow(/logLevel|log-level|LOG_LEVEL/);
      await expect(fleet.start('scorer')).rejects.toThrow('at most 2 members (maxMembers)');
    },
    startMs,
  );
});
