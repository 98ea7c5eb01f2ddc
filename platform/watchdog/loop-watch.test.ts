import { expect, it } from '@jest/globals';
import { createCapturedLog } from '../../test/fixtures/captured-log.ts';
import { createManualClock } from '../clock.ts';
import { createMetrics } from '../metrics.ts';
import { createLoopWatch } from './loop-watch.ts';

it('says and counts a blocked event loop once, with its length, and nothing of an ordinary delay', async () => {
  const clock = createManualClock();
  const { log, lines } = createCapturedLog();
  const metrics = createMetrics();
  let blockedMs = 0;
  const watch = createLoopWatch({ boundMs: 1_000, log, metrics, clock, nowMs: () => clock.nowMs() + blockedMs });
  await watch.start();
  clock.advance(10_000);
  blockedMs = 900;
  clock.advance(10_000);
  expect(lines).toEqual([]);
  blockedMs += 4_000;
  clock.advance(10_000);
  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ blockedMs: 4_000, boundMs: 1_000 });
  expect(await metrics.exposition()).toContain('gaitkeeper_event_loop_block_seconds_sum 4\n');
  await watch.stop();
  blockedMs += 60_000;
  clock.advance(10_000);
  expect(lines).toHaveLength(1);
});
