import type { Row } from '../campaign/row.ts';
import { failSyncsOf, syncsCanFail } from '../harness/failing-syncs.ts';
import { judgedThroughGateway } from './judged-through-gateway.ts';

/** Its metadata are synced twice a second, so it need not be waited for long. */
const endedWithinMs = 60_000;

/** Kafka's disk says that it could not keep what it was told: Kafka gives up, and what it had acknowledged must be there afterwards. */
export const brokerFsyncError: Row = {
  name: 'broker-fsync-error',
  number: 24,
  title:
    'every fsync of the only broker fails with EIO under load through the gateway, until it gives up; it is then started again',
  topology: 'one',
  short: false,
  servers: {},
  injectable: syncsCanFail,
  async run(run) {
    const { kafka } = run.cluster;
    const { sender } = await judgedThroughGateway(run);
    const [pid] = kafka.pids();
    if (pid === undefined) throw new Error('no broker was started');
    const retriesBefore = sender.retries();
    const atMs = run.clock.nowMs();
    const syncs = failSyncsOf(pid);
    run.atEnd(() => syncs.stop());
    await run.until('Kafka has given up', syncs.over, endedWithinMs);
    const gaveUpAfterMs = run.clock.nowMs() - atMs;
    run.notes.add({ what: 'broker gave up', gaveUpAfterMs, syncsFailed: syncs.failed() });
    await kafka.restart();
    const recoveriesMs = await run.recoveries(run.clock.nowMs());
    const retries = sender.retries() - retriesBefore;
    return {
      recoveriesMs,
      proofs: [
        { what: 'syncs that failed', seen: syncs.failed() },
        { what: 'requests that were refused and sent again', seen: retries },
      ],
      figures: {
        ...{ syncsFailed: syncs.failed(), gaveUpAfterMs, retries },
        longestStallMs: run.acked.longestSilenceMs(atMs),
      },
    };
  },
  heal: ({ kafka }) => kafka.restart(),
};
