import { randomBytes } from 'node:crypto';
import { freePorts } from '../../deploy/local/free-ports.ts';
import { ingestConfig } from '../../ingest/config.ts';
import { systemClock } from '../../platform/clock.ts';
import { environmentNameOf } from '../../platform/config/setting-names.ts';
import type { Logger } from '../../platform/log.ts';
import { topicNames } from '../../schemas/topic-names.ts';
import { connectBroker } from '../connections.ts';
import { trainingStep } from '../progress.ts';
import { readTopicDefinitions, topicsFile } from '../topic-definitions.ts';
import { type ChildProcessHandle, startChild } from './child-process.ts';
import { type TrialIdentity, trialSettings } from './trial-identity.ts';
import { trialServers } from './trial-servers.ts';
import { settingsOf } from './trial-settings.ts';
import type { TrainingSummary, TrialSystem } from './trial-system.ts';

/** What a trial with processes of its own is made of. */
export interface ProcessSystemOptions {
  identity: TrialIdentity;
  workers: number;
  seed: number;
  log: Logger;
  env: NodeJS.ProcessEnv;
}

/** How long a process may take until it is ready. */
const readyWithinMs = 60_000;

/**
 * The whole system as processes of their own, on a real Kafka and a real Redis: those of the environment, else local ones
 * started for it. Topics and groups get a prefix of their own, so a trial begins with nothing and meets nobody's data.
 */
export async function startProcessSystem({
  identity,
  workers,
  seed,
  log,
  env,
}: ProcessSystemOptions): Promise<TrialSystem> {
  const servers = await trialServers(env);
  const run = `replay-${randomBytes(4).toString('hex')}`;
  const prefix = `gaitkeeper.${run}.`;
  const topics = topicNames(prefix);
  const [gatewayPort, ...adminPorts] = await freePorts(3 + workers);
  const shared = {
    ...trialSettings(identity),
    kafkaBrokers: servers.brokers.join(','),
    ...kafkaClientOf(env),
    redisUrl: servers.redisUrl,
    topicPrefix: prefix,
    scorerGroup: `${run}-scorer`,
    alertingGroup: `${run}-alerting`,
    trainingSeed: seed,
    ingestPort: gatewayPort,
    logFormat: 'json',
  };
  const broker = connectBroker(settingsOf(ingestConfig, shared), log);
  const children: ChildProcessHandle[] = [];

  async function stop(): Promise<void> {
    await Promise.all(children.map((child) => child.stop()));
    await broker.close();
    await servers.stop();
  }

  function start(name: string, adminPort: number | undefined, args: readonly string[] = []): ChildProcessHandle {
    const settings: Record<string, unknown> = adminPort === undefined ? shared : { ...shared, adminPort };
    return startChild({ name, args, env: environmentOf(settings, env) });
  }

  async function startReady(name: string, adminPort: number | undefined): Promise<ChildProcessHandle> {
    const child = start(name, adminPort);
    children.push(child);
    await untilReady(child, `http://127.0.0.1:${adminPort}/readyz`);
    return child;
  }

  /** Another process with the same settings in the place of one that is killed. */
  async function crash(victim: ChildProcessHandle, adminPort: number | undefined): Promise<ChildProcessHandle> {
    await victim.crash();
    children.splice(children.indexOf(victim), 1);
    return await startReady(victim.name, adminPort);
  }

  try {
    await broker.connect();
    await broker.createTopics(readTopicDefinitions(topicsFile, { prefix, replicationFactor: 1 }));
    const [ingestAdmin, alertingAdmin, ...scorerAdmins] = adminPorts;
    let [gateway, , ...scorers] = await Promise.all([
      startReady('ingest', ingestAdmin),
      startReady('alerting', alertingAdmin),
      ...scorerAdmins.map((port) => startReady('scorer', port)),
    ]);

    return {
      servers: servers.words,
      gatewayUrl: `http://127.0.0.1:${gatewayPort}`,
      topics,
      scorerGroup: shared.scorerGroup,
      alertingGroup: shared.alertingGroup,
      broker,
      async train(told) {
        const child = start('train', undefined, ['--json']);
        const output = await child.finished((line) => {
          const progress = new RegExp(`${trainingStep}: (\\d+)/(\\d+)`).exec(line);
          if (progress !== null) told({ doneModels: Number(progress[1]), totalModels: Number(progress[2]) });
        });
        return JSON.parse(output) as TrainingSummary;
      },
      async crashScorer(index) {
        const victim = scorers[index];
        if (victim === undefined) throw new RangeError(`there is no scorer ${index}`);
        scorers[index] = await crash(victim, scorerAdmins[index]);
      },
      async crashGateway() {
        gateway = await crash(gateway, ingestAdmin);
      },
      scorerAdminUrls: scorerAdmins.map((port) => `http://127.0.0.1:${port}`),
      assertRunning() {
        for (const child of children) child.assertRunning();
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The caller's choice of the client library, where there is one. */
function kafkaClientOf(env: NodeJS.ProcessEnv): { kafkaClient?: string } {
  const name = env[environmentNameOf('kafkaClient')];
  return name === undefined ? {} : { kafkaClient: name };
}

/** The caller's environment without its own gaitkeeper settings, and the trial's. */
function environmentOf(settings: Readonly<Record<string, unknown>>, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const own = Object.entries(env).filter(([name]) => !name.startsWith('GAITKEEPER_') || name === 'GAITKEEPER_CACHE');
  const ours = Object.entries(settings).map(([key, value]) => [environmentNameOf(key), String(value)]);
  return Object.fromEntries([...own, ...ours]);
}

async function untilReady(child: ChildProcessHandle, url: string): Promise<void> {
  const deadlineMs = systemClock.nowMs() + readyWithinMs;
  for (;;) {
    child.assertRunning();
    const ready = await fetch(url).then(
      (response) => response.ok,
      () => false, // not listening yet
    );
    if (ready) return;
    if (systemClock.nowMs() > deadlineMs)
      throw new Error(`${child.name} was not ready within ${readyWithinMs} ms: ${child.lastWords()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
