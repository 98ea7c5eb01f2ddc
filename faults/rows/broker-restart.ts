import type { Row } from '../campaign/row.ts';
import { judgedThroughGateway } from './judged-through-gateway.ts';

/** So long without an acknowledgement is more than a slow moment. */
const stallMs = 1_000;

/** The only broker goes, in order and not, and comes back with what it had acknowledged. */
export const brokerRestart: Row = {
  name: 'broker-restart',
  number: 5,
  title: 'the only broker is stopped in order, then killed, each time under load through the gateway',
  topology: 'one',
  short: true,
  async run(run) {
    const { kafka } = run.cluster;
    const { sender } = await judgedThroughGateway(run);
    const recoveriesMs: number[] = [];
    const stalls: number[] = [];
    const outages = {
      stopped: () => kafka.halt(),
      killed: async () => kafka.kill('SIGKILL'),
    };
    for (const [how, end] of Object.entries(outages)) {
      const atMs = run.clock.nowMs();
      await end();
      run.notes.add({ what: `broker ${how}` });
      await kafka.restart();
      run.notes.add({ what: 'broker back' });
      const backAtMs = run.clock.nowMs();
      recoveriesMs.push(...(await run.recoveries(atMs)));
      await run.until('batches are acknowledged again', () => run.acked.all().some((batch) => batch.atMs > backAtMs));
      stalls.push(run.acked.longestSilenceMs(atMs));
    }
    return {
      recoveriesMs,
      proofs: [
        {
          what: 'outages in which acknowledgements stalled',
          seen: stalls.filter((ms) => ms >= stallMs).length,
          atLeast: 2,
        },
      ],
      figures: { longestStallMs: Math.max(...stalls), retries: sender.retries() },
    };
  },
};
