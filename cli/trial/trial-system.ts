import type { Broker } from '../../platform/broker/broker.ts';
import type { TopicNames } from '../../schemas/topic-names.ts';
import type { RetrainReport } from '../../training/retrain.ts';

/** What a person is told of training meanwhile. */
export interface TrainingTold {
  doneModels: number;
  totalModels: number;
}

/** Of a {@link RetrainReport}, what a trial tells. */
export type TrainingSummary = Pick<RetrainReport, 'enrolled' | 'cohort' | 'backend' | 'why' | 'trainingMs'>;

/** Full names of a trial's topics. */
/** A running gaitkeeper of one's own: gateway, scorers and alerting, in this process or as processes of their own. */
export interface TrialSystem {
  /** In words, for the report: `embedded`, or which servers. */
  servers: string;
  gatewayUrl: string;
  topics: TopicNames;
  scorerGroup: string;
  alertingGroup: string;
  /** Looks at the topics from outside. */
  broker: Broker;
  /** Retrains every subject from the verdicts so far, and activates the templates. */
  train(told: (progress: TrainingTold) => void): Promise<TrainingSummary>;
  /** Kills scorer `index` as a crash would, without a word, and starts it again. Only for processes of their own. */
  crashScorer?(index: number): Promise<void>;
  /** The same for the gateway: requests under way get no answer. */
  crashGateway?(): Promise<void>;
  /** Where each scorer shows its metrics and health. Only for processes of their own. */
  scorerAdminUrls?: readonly string[];
  /** Rejects when something that must run does not. */
  assertRunning(): void;
  stop(): Promise<void>;
}
