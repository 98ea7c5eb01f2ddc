import { setTimeout as delay } from 'node:timers/promises';
import type { Row } from '../campaign/row.ts';
import { beforeMs, burstBatches, steadyPerSecond } from './load-rates.ts';

const crashes = 3;

/** The gateway dies between receiving and acknowledging; the collector sends again. */
export const gatewayCrash: Row = {
  name: 'gateway-crash',
  number: 27,
  title: 'the gateway is killed with requests under way; collectors send again',
  topology: 'one',
  short: false,
  async run(run) {
    await run.startScorers(1);
    const { load, sender, member: gateway } = await run.startGateway();
    load.start(steadyPerSecond);
    await delay(beforeMs);
    const recoveriesMs: number[] = [];
    let sentAgain = 0;
    for (let crash = 0; crash < crashes; crash++) {
      const before = run.acked.all().length;
      load.burst(burstBatches);
      await run.until('requests are under way', () => run.acked.all().length > before);
      const atMs = run.clock.nowMs();
      const retriesBefore = sender.retries();
      await gateway.restart();
      recoveriesMs.push(...(await run.recoveries(atMs)));
      if (sender.retries() > retriesBefore) sentAgain += 1;
    }
    return {
      recoveriesMs,
      proofs: [{ what: 'crashes after which requests were sent again', seen: sentAgain, atLeast: crashes }],
      figures: { retries: sender.retries() },
    };
  },
};
