import { z } from 'zod';
import { type ConfigOf, type ConfigRule, defineConfig } from '../platform/config/define-config.ts';
import { setting } from '../platform/config/setting.ts';
import {
  kafkaRules,
  kafkaSettings,
  processSettings,
  redisRules,
  redisSettings,
} from '../platform/config/shared-settings.ts';
import { defaultGatewayOptions as defaults } from './gateway-options.ts';

const ingestSettings = {
  ingestHost: setting(
    z
      .string()
      .min(1)
      // It would be listened on at two addresses, and the bound on connections would hold at one of them.
      .refine((host) => host !== 'localhost', 'must be one address: 127.0.0.1 or ::1 instead of localhost')
      .default(defaults.host),
    { description: 'Address that collectors reach. TLS is ended in front of the gateway.', example: '0.0.0.0' },
  ),
  ingestPort: setting(z.int().min(0).max(65_535).default(defaults.port), {
    description: 'Port that collectors reach. 0: any free port, named in the log.',
  }),
  ingestBodyLimitBytes: setting(z.int().min(1024).max(262_144).default(defaults.bodyLimitBytes), {
    description: 'Longest body of a batch. Every batch fits as Avro; the fullest as JSON needs more.',
    unit: 'bytes',
  }),
  ingestMaxConnections: setting(z.int().min(1).max(100_000).default(defaults.maxConnections), {
    description: 'Connections held at once; further ones are closed.',
  }),
  ingestRequestTimeoutMs: setting(z.int().min(100).max(120_000).default(defaults.requestTimeoutMs), {
    description: 'From the first byte of a request to its last; slower senders are cut.',
    unit: 'ms',
  }),
  ingestJwksFile: setting(z.string().min(1).optional(), {
    description:
      'JSON Web Key Set with the public keys (Ed25519 or P-256) of whoever issues device tokens. Several keys may stand in it, so that one can follow another. Read at start.',
    example: '/etc/gaitkeeper/device-issuers.jwks.json',
  }),
  ingestDevelopment: setting(z.boolean().default(false), {
    description:
      'Trust tokens signed with the shared ingestDevelopmentSecret instead of a key set. Never in production: whoever sends can also issue.',
  }),
  ingestDevelopmentSecret: setting(z.string().min(32).optional(), {
    description: 'The shared secret (HS256) of the development mode, at least 32 characters.',
    secret: true,
  }),
  ingestTokenMaxLifetimeMs: setting(
    z
      .int()
      .min(1000)
      .max(86_400_000)
      .default(15 * 60_000),
    {
      description: 'Longest time between `iat` and `exp` of a device token: a stolen one is useful for no longer.',
      unit: 'ms',
    },
  ),
  ingestClockSkewMs: setting(z.int().min(0).max(300_000).default(60_000), {
    description: "How far the token issuer's clock may differ from the gateway's.",
    unit: 'ms',
  }),
  ingestMaxVerifiedTokens: setting(z.int().min(1).max(1_000_000).default(100_000), {
    description: 'Verified tokens remembered, so that a signature is checked once per token and not per batch.',
  }),
  ingestPseudonymKey: setting(
    z
      .string()
      .regex(/^([0-9a-fA-F]{2}){32,128}$/, 'must be 64 to 256 hexadecimal digits')
      .optional(),
    {
      description:
        'Key of the pseudonyms, at least 32 bytes as hexadecimal digits (`openssl rand -hex 32`). The same on every gateway. Whoever has it can link pseudonyms to people: keep it away from the broker and the store.',
      secret: true,
    },
  ),
  ingestPseudonymEpoch: setting(
    z
      .string()
      .regex(/^[A-Za-z0-9.-]{1,32}$/, 'must be 1 to 32 letters, digits, dots and hyphens')
      .default('1'),
    {
      description:
        'A new value gives everybody a new pseudonym that cannot be linked to the old one; enrolment starts anew.',
      example: '2026',
    },
  ),
  ingestDeviceRequestsPerMinute: setting(z.int().min(1).max(10_000_000).default(defaults.deviceRequestsPerMinute), {
    description: 'Requests that one device may send in a minute.',
  }),
  ingestMaxDevicesRated: setting(z.int().min(1).max(1_000_000).default(defaults.maxDevicesRated), {
    description: 'Devices whose rate is remembered at once.',
  }),
  ingestSubjectBatchesPerSecond: setting(z.number().min(0.1).max(1_000_000).default(defaults.subjectBatchesPerSecond), {
    description: 'Batches per second that one subject may send for long.',
  }),
  ingestSubjectBurst: setting(z.int().min(1).max(1_000_000).default(defaults.subjectBurst), {
    description: 'Batches that one subject may send at once after a pause, as when a collector empties its spool.',
  }),
  ingestMaxSubjectsRated: setting(z.int().min(1).max(1_000_000).default(defaults.maxSubjectsRated), {
    description: 'Subjects whose rate is remembered at once.',
  }),
  ingestMaxPendingBatches: setting(z.int().min(1).max(1_000_000).default(defaults.maxPendingBatches), {
    description: 'Batches that may wait for the broker at once; further ones are answered 429.',
  }),
  ingestMaxPendingMib: setting(
    z
      .int()
      .min(1)
      .max(65_536)
      .default(defaults.maxPendingBytes / 1_048_576),
    {
      description: 'Bytes of batches that may wait for the broker at once; further ones are answered 429.',
      unit: 'MiB',
    },
  ),
  ingestMaxRecordsPerProduce: setting(z.int().min(1).max(10_000).default(defaults.maxRecordsPerProduce), {
    description: 'Batches joined into one call to the broker.',
  }),
  ingestProduceWaitMs: setting(z.int().min(0).max(100).default(defaults.produceWaitMs), {
    description: 'How long a lone batch waits for company before it is sent to the broker.',
    unit: 'ms',
  }),
  ingestAcknowledgeTimeoutMs: setting(z.int().min(100).max(120_000).default(defaults.acknowledgeTimeoutMs), {
    description: 'How long a request waits for the acknowledgement of the broker before it is answered 503.',
    unit: 'ms',
  }),
  ingestSeenForMs: setting(z.int().min(60_000).max(604_800_000).default(defaults.seenForMs), {
    description:
      'How long a recorded batch is remembered, so that a resend is answered as a duplicate. Must outlive the tokens.',
    unit: 'ms',
  }),
  ingestLadder: setting(z.boolean().default(true), {
    description:
      'Handle new batches cheaper, and in the end refuse them, while the scorers lose ground. Off: every batch is judged in full, however late.',
  }),
  ingestScorerGroup: setting(z.string().min(1).max(200).default('gaitkeeper-scorer'), {
    description: 'Consumer group of the scorers, whose lag the gateway watches: the same as scorerGroup there.',
  }),
  ingestLagPollMs: setting(z.int().min(20).max(60_000).default(1_000), {
    description: 'Pause between two questions to the broker about the lag.',
    unit: 'ms',
  }),
  ingestDegradedAfterMs: setting(z.int().min(100).max(3_600_000).default(10_000), {
    description:
      'Lag from which on new batches are stamped `degraded`, of which every fourth window is judged, while scorers that work lose ground. Taken back at half of it, like the other two.',
    unit: 'ms',
  }),
  ingestShedAfterMs: setting(z.int().min(100).max(86_400_000).default(60_000), {
    description: 'Lag from which on they are stamped `shed`: recorded, and not judged.',
    unit: 'ms',
  }),
  ingestRefusedAfterMs: setting(z.int().min(100).max(86_400_000).default(600_000), {
    description: 'Lag from which on they are answered 429.',
    unit: 'ms',
  }),
  ingestRefusedAwayAfterMs: setting(
    z
      .int()
      .min(100)
      .max(2_592_000_000)
      .default(48 * 3_600_000),
    {
      description:
        'Lag from which on new batches are answered 429 while the scorers are away or have never committed anything; until then everything is kept for them. Below the retention of the behaviour topic, or it forgets what nobody judged.',
      unit: 'ms',
    },
  ),
};

type IngestSettings = typeof ingestSettings;

const ingestRules: ConfigRule<IngestSettings>[] = [
  ({ ingestDevelopment, ingestJwksFile }) => {
    if (ingestDevelopment === (ingestJwksFile === undefined)) return undefined;
    return ingestDevelopment
      ? { key: 'ingestJwksFile', why: 'ingestDevelopment is true, so it would not be used', fix: 'set one of the two' }
      : { key: 'ingestJwksFile', why: 'no token could be verified', fix: 'name the key set, or set ingestDevelopment' };
  },
  ({ ingestDevelopment, ingestDevelopmentSecret }) => {
    if (ingestDevelopment === (ingestDevelopmentSecret !== undefined)) return undefined;
    const key = 'ingestDevelopmentSecret';
    return ingestDevelopment
      ? { key, why: 'ingestDevelopment is true, and no token could be verified', fix: 'set it' }
      : { key, why: 'ingestDevelopment is false, so it would not be used', fix: 'remove it' };
  },
  ({ ingestDevelopment, ingestPseudonymKey }) => {
    if (ingestDevelopment || ingestPseudonymKey !== undefined) return undefined;
    const fix = 'set it to the output of `openssl rand -hex 32`, the same on every gateway';
    return { key: 'ingestPseudonymKey', why: 'there would be no pseudonyms', fix };
  },
  ({ ingestSeenForMs, ingestTokenMaxLifetimeMs, ingestClockSkewMs }) => {
    const leastMs = ingestTokenMaxLifetimeMs + 2 * ingestClockSkewMs;
    if (ingestSeenForMs >= leastMs) return undefined;
    const why = 'a captured request could be played back as new while its token is still valid';
    return { key: 'ingestSeenForMs', why, fix: `set it to at least ${leastMs}` };
  },
  ({ ingestDegradedAfterMs, ingestShedAfterMs, ingestRefusedAfterMs }) => {
    if (ingestDegradedAfterMs < ingestShedAfterMs && ingestShedAfterMs < ingestRefusedAfterMs) return undefined;
    const fix = 'let ingestDegradedAfterMs, ingestShedAfterMs and ingestRefusedAfterMs ascend';
    return { key: 'ingestShedAfterMs', why: 'the steps of the ladder are not in order', fix };
  },
];

/** Everything that the gateway's process can be told. */
export const ingestConfig = defineConfig(
  'ingest',
  { ...kafkaSettings, ...redisSettings, ...processSettings, ...ingestSettings },
  [...kafkaRules, ...redisRules, ...ingestRules],
);

export type IngestConfig = ConfigOf<typeof ingestConfig>;
