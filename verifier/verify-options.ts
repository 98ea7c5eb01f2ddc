import type { Broker } from '../platform/broker/broker.ts';
import type { StateReader } from '../platform/store/state-reader.ts';
import type { TopicNames } from '../schemas/topic-names.ts';
import type { TemplateStore } from '../templates/template-store.ts';
import type { AckedId } from './acked-ids.ts';

/** What a verification is doing: reading states and snapshots, reading outputs, replaying the input log. */
export type VerifyStep = 'outputs' | 'states' | 'replay';

/** What is verified, and how far. */
export interface VerifyOptions {
  broker: Pick<Broker, 'read' | 'offsets' | 'committedOffsets'>;
  topics: TopicNames;
  groups: { scorer: string; alerting: string };
  /** `null`: states are not looked at. */
  states: StateReader | null;
  templates: Pick<TemplateStore, 'get'>;
  /** What senders were acknowledged. */
  ackedIds?: Iterable<AckedId> | AsyncIterable<AckedId>;
  /** The system has come to rest: what is not there is lost, and `applied` is the end of the log. Default: false. */
  settled?: boolean;
  /** False where no scorer ran: verdicts are taken as they stand, and alerting alone is verified. Default: true. */
  scorer?: boolean;
  /** False where alerting did not run: neither incidents nor alerts are looked at. Default: true. */
  alerts?: boolean;
  /** As `alertHourlyLimit` of alerting. Default: 1,000, the setting's own. */
  alertHourlyLimit?: number;
  /** Only these partitions of the behaviour, the verdict and the incident topic: less memory. Default: all. */
  partitions?: readonly number[];
  /** Most findings listed; all are counted. Default: 100. */
  maxFindings?: number;
  /** Most verdicts, revisions, alerts or dead letters held at once, about 400 bytes each. Default: 4,000,000. */
  maxIds?: number;
  onProgress?: (step: VerifyStep, done: number, total: number) => void;
  signal?: AbortSignal;
}
