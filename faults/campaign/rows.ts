import { badNetwork } from '../rows/bad-network.ts';
import { brokerFsyncError } from '../rows/broker-fsync-error.ts';
import { brokerLoss } from '../rows/broker-loss.ts';
import { brokerRestart } from '../rows/broker-restart.ts';
import { clockSkew } from '../rows/clock-skew.ts';
import { coordinatorLoss } from '../rows/coordinator-loss.ts';
import { crash } from '../rows/crash.ts';
import { diskFull } from '../rows/disk-full.ts';
import { freeze } from '../rows/freeze.ts';
import { fsyncError } from '../rows/fsync-error.ts';
import { gatewayCrash } from '../rows/gateway-crash.ts';
import { keyRotation } from '../rows/key-rotation.ts';
import { leaderMove } from '../rows/leader-move.ts';
import { loopBlocked } from '../rows/loop-blocked.ts';
import { networkCut } from '../rows/network-cut.ts';
import { poison } from '../rows/poison.ts';
import { rebalanceStorm } from '../rows/rebalance-storm.ts';
import { redisDiskFull } from '../rows/redis-disk-full.ts';
import { redisFailover } from '../rows/redis-failover.ts';
import { redisFull } from '../rows/redis-full.ts';
import { redisKill } from '../rows/redis-kill.ts';
import { redisLoss } from '../rows/redis-loss.ts';
import { redisSlow } from '../rows/redis-slow.ts';
import { redisTailLoss } from '../rows/redis-tail-loss.ts';
import { replyLost } from '../rows/reply-lost.ts';
import { schemaChange } from '../rows/schema-change.ts';
import { shedding } from '../rows/shedding.ts';
import { slowClients } from '../rows/slow-clients.ts';
import { slowScorer } from '../rows/slow-scorer.ts';
import { slowSubscriber } from '../rows/slow-subscriber.ts';
import { templateCorrupt } from '../rows/template-corrupt.ts';
import { templateSwap } from '../rows/template-swap.ts';
import { tooFewInSync } from '../rows/too-few-in-sync.ts';
import { unevenBatches } from '../rows/uneven-batches.ts';
import { unknownCodec } from '../rows/unknown-codec.ts';
import type { Row } from './row.ts';

/** Every row of the matrix but the soak, which is a command of its own; those of the short form first, those on three brokers together. */
export const rows: readonly Row[] = [
  ...[crash, freeze, rebalanceStorm, brokerRestart, redisKill, redisTailLoss, replyLost, poison, templateSwap],
  ...[loopBlocked, redisLoss, redisSlow, redisFull, slowScorer, slowSubscriber, shedding, unknownCodec, unevenBatches],
  ...[networkCut, badNetwork, templateCorrupt, gatewayCrash, slowClients, keyRotation, schemaChange, clockSkew],
  ...[redisFailover, diskFull, redisDiskFull, fsyncError, brokerFsyncError],
  ...[brokerLoss, leaderMove, coordinatorLoss, tooFewInSync],
];
