import { randomBytes } from 'node:crypto';
import { freePorts } from '../../deploy/local/free-ports.ts';
import { ingestConfig } from '../../ingest/config.ts';
import { environmentNameOf } from '../../platform/config/setting-names.ts';
import type { Logger } from '../../platform/log.ts';
import { topicNames } from '../../schemas/topic-names.ts';
import { connectBroker } from '../connections.ts';
import { trainingStep } from '../progress.ts';
import { readTopicDefinitions, topicsFile } from '../topic-definitions.ts';
import { childEnvironment } from './child-environment.ts';
import { type ChildProcessHandle, startChild } from './child-process.ts';
import { type TrialIdentity, trialSettings } from './trial-identity.ts';
import { trialServers } from './trial-servers.ts';
import { settingsOf } from './trial-settings.ts';
import type { TrainingSummary, TrialSystem } from './trial-system.ts';
import { untilReady } from './until-ready.ts';

/** As a broker allows it by default: a trial that kills workers waits for it. */
const shortestSessionMs = 6_000;

/** What a trial with processes of its own is made of. */
export interface ProcessSystemOptions {
  identity: TrialIdentity;
  workers: number;
  seed: number;
  log: Logger;
  env: NodeJS.ProcessEnv;
}

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
    kafkaSessionTimeoutMs: shortestSessionMs,
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
    return startChild({ name, args, env: childEnvironment(settings, env) });
  }

  async function startReady(name: string, adminPort: number | undefined): Promise<ChildProcessHandle> {
    const child = start(name, adminPort);
    children.push(child);
    await untilReady(child, `http://127.0.0.1:${adminPort}`);
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
