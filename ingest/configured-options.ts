import { topicNames } from '../schemas/topic-names.ts';
import type { IngestConfig } from './config.ts';
import type { GatewayOptions } from './gateway-options.ts';
import type { LadderLimits } from './ladder/level.ts';

/** The part of the configuration that bounds the gateway. */
export function configuredOptions(config: IngestConfig): GatewayOptions {
  return {
    host: config.ingestHost,
    port: config.ingestPort,
    topic: topicNames(config.topicPrefix).behaviour,
    bodyLimitBytes: config.ingestBodyLimitBytes,
    maxConnections: config.ingestMaxConnections,
    requestTimeoutMs: config.ingestRequestTimeoutMs,
    deviceRequestsPerMinute: config.ingestDeviceRequestsPerMinute,
    maxDevicesRated: config.ingestMaxDevicesRated,
    subjectBatchesPerSecond: config.ingestSubjectBatchesPerSecond,
    subjectBurst: config.ingestSubjectBurst,
    maxSubjectsRated: config.ingestMaxSubjectsRated,
    maxPendingBatches: config.ingestMaxPendingBatches,
    maxPendingBytes: config.ingestMaxPendingMib * 1_048_576,
    maxRecordsPerProduce: config.ingestMaxRecordsPerProduce,
    produceWaitMs: config.ingestProduceWaitMs,
    acknowledgeTimeoutMs: config.ingestAcknowledgeTimeoutMs,
    seenForMs: config.ingestSeenForMs,
    development: config.ingestDevelopment,
  };
}

/** The part of the configuration that says when new batches are handled cheaper, or refused. */
export function configuredLimits(config: IngestConfig): LadderLimits {
  return {
    degradedAfterMs: config.ingestDegradedAfterMs,
    shedAfterMs: config.ingestShedAfterMs,
    refusedAfterMs: config.ingestRefusedAfterMs,
    refusedAwayAfterMs: config.ingestRefusedAwayAfterMs,
  };
}
