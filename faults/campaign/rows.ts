import { brokerRestart } from '../rows/broker-restart.ts';
import { crash } from '../rows/crash.ts';
import { freeze } from '../rows/freeze.ts';
import { poison } from '../rows/poison.ts';
import { rebalanceStorm } from '../rows/rebalance-storm.ts';
import { redisKill } from '../rows/redis-kill.ts';
import { redisTailLoss } from '../rows/redis-tail-loss.ts';
import { replyLost } from '../rows/reply-lost.ts';
import { templateSwap } from '../rows/template-swap.ts';
import type { Row } from './row.ts';

/** Every row of the matrix, those of the short form first. */
export const rows: readonly Row[] = [
  crash,
  freeze,
  rebalanceStorm,
  brokerRestart,
  redisKill,
  redisTailLoss,
  replyLost,
  poison,
  templateSwap,
];
