/** Every bound of the gateway, with its unit. */
export interface GatewayOptions {
  host: string;
  /** 0 takes any free port. */
  port: number;
  topic: string;
  bodyLimitBytes: number;
  maxConnections: number;
  /** From the first byte of a request to its last. */
  requestTimeoutMs: number;
  deviceRequestsPerMinute: number;
  /** Devices whose rate is remembered at once. */
  maxDevicesRated: number;
  subjectBatchesPerSecond: number;
  subjectBurst: number;
  maxSubjectsRated: number;
  maxPendingBatches: number;
  maxPendingBytes: number;
  maxRecordsPerProduce: number;
  produceWaitMs: number;
  acknowledgeTimeoutMs: number;
  /** How long a duplicate is recognised. */
  seenForMs: number;
  /** Says so on every answer. */
  development: boolean;
}

/** The bounds of a gateway unless the operator sets others. */
export const defaultGatewayOptions = {
  host: '127.0.0.1',
  port: 8080,
  topic: 'gaitkeeper.behaviour.v1',
  bodyLimitBytes: 64 * 1024,
  maxConnections: 10_000,
  requestTimeoutMs: 10_000,
  deviceRequestsPerMinute: 600,
  maxDevicesRated: 100_000,
  subjectBatchesPerSecond: 5,
  subjectBurst: 300,
  maxSubjectsRated: 100_000,
  maxPendingBatches: 10_000,
  maxPendingBytes: 64 * 1_048_576,
  maxRecordsPerProduce: 500,
  produceWaitMs: 2,
  acknowledgeTimeoutMs: 10_000,
  seenForMs: 30 * 60_000,
  development: false,
} as const satisfies GatewayOptions;
