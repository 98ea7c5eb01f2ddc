import type { Metrics } from '../metrics.ts';

/** Everything that a stage counts. All carry the label `stage`. */
export interface StageMetrics {
  recordsEmitted(amount: number): void;
  recordsSkipped(amount: number): void;
  deadLetter(reason: string): void;
  statesLoaded(amount: number): void;
  fenced(): void;
  rewound(): void;
  paused(reason: string): void;
  /** What became of a snapshot. */
  snapshot(outcome: 'written' | 'unchanged' | 'fenced' | 'given-up' | 'failed'): void;
  snapshotStates(amount: number): void;
  snapshotAge(partition: number, seconds: number): void;
  rebuilt(states: number): void;
  stateCorrupt(): void;
  recordsLost(amount: number): void;
  microBatch(records: number, seconds: number): void;
  lag(partition: number, records: number, seconds: number): void;
  /** Records wait because too many were set aside before them. */
  deadLetterLimitReached(): void;
  commitFailed(): void;
  /** The partition went to another member. */
  forgetPartition(partition: number): void;
}

const secondsBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];
const recordsBuckets = [1, 4, 16, 32, 64, 128, 256, 512, 1024];

/** The metrics of one stage, labelled with its name. */
export function createStageMetrics(metrics: Metrics, stage: string): StageMetrics {
  const records = metrics.counter({
    name: 'gaitkeeper_stage_records_total',
    help: 'Input records by what became of them: emitted, dead-letter, or skipped because the state already contains them.',
    labelNames: ['stage', 'outcome'],
  });
  const deadLetters = metrics.counter({
    name: 'gaitkeeper_stage_dead_letters_total',
    help: 'Input records set aside, by reason.',
    labelNames: ['stage', 'reason'],
  });
  const loaded = metrics.counter({
    name: 'gaitkeeper_stage_states_loaded_total',
    help: 'States asked of the store because they were not in memory.',
    labelNames: ['stage'],
  });
  const fenced = metrics.counter({
    name: 'gaitkeeper_stage_fenced_total',
    help: 'Reads and writes of states refused because a later owner exists or the store lost the ownership.',
    labelNames: ['stage'],
  });
  const rewinds = metrics.counter({
    name: 'gaitkeeper_stage_rewinds_total',
    help: 'Partitions read again from an earlier offset because the store was behind the committed one.',
    labelNames: ['stage'],
  });
  const pauses = metrics.counter({
    name: 'gaitkeeper_stage_pauses_total',
    help: 'Rests of a partition, by reason.',
    labelNames: ['stage', 'reason'],
  });
  const snapshots = metrics.counter({
    name: 'gaitkeeper_stage_snapshots_total',
    help: 'Snapshots of the states of a partition by what became of them.',
    labelNames: ['stage', 'outcome'],
  });
  const snapshotStates = metrics.counter({
    name: 'gaitkeeper_stage_snapshot_states_total',
    help: 'States written to the snapshot topic.',
    labelNames: ['stage'],
  });
  const snapshotAge = metrics.gauge({
    name: 'gaitkeeper_stage_snapshot_age_seconds',
    help: 'Time since the snapshot of the partition last contained all of its states, or since this process got the partition. Well above the interval: no snapshot comes about.',
    labelNames: ['stage', 'partition'],
  });
  const rebuilds = metrics.counter({
    name: 'gaitkeeper_stage_rebuilds_total',
    help: 'Partitions whose states were taken from their snapshot because the store had none.',
    labelNames: ['stage'],
  });
  const restored = metrics.counter({
    name: 'gaitkeeper_stage_states_restored_total',
    help: 'States taken from snapshots.',
    labelNames: ['stage'],
  });
  const corrupt = metrics.counter({
    name: 'gaitkeeper_stage_corrupt_states_total',
    help: 'Stored states that were not what had been written.',
    labelNames: ['stage'],
  });
  const lost = metrics.counter({
    name: 'gaitkeeper_stage_records_lost_total',
    help: 'Input records that the topic no longer kept when they were to be read: in turn, or to build the states again.',
    labelNames: ['stage'],
  });
  const seconds = metrics.histogram({
    name: 'gaitkeeper_stage_micro_batch_seconds',
    help: 'Time from reading the states of a micro-batch to their acknowledged write.',
    labelNames: ['stage'],
    buckets: secondsBuckets,
  });
  const sizes = metrics.histogram({
    name: 'gaitkeeper_stage_micro_batch_records',
    help: 'Records between two writes to the store.',
    labelNames: ['stage'],
    buckets: recordsBuckets,
  });
  const lagRecords = metrics.gauge({
    name: 'gaitkeeper_stage_lag_records',
    help: 'Records of the partition that are not yet contained in the state.',
    labelNames: ['stage', 'partition'],
  });
  const lagSeconds = metrics.gauge({
    name: 'gaitkeeper_stage_lag_seconds',
    help: 'Age of the last record handled; 0 where nothing is left to handle.',
    labelNames: ['stage', 'partition'],
  });
  const limitReached = metrics.gauge({
    name: 'gaitkeeper_stage_dead_letter_limit_reached',
    help: '1 while partitions rest because too many records were set aside; until the process starts again.',
    labelNames: ['stage'],
  });
  limitReached.set({ stage }, 0);
  const commitFailures = metrics.counter({
    name: 'gaitkeeper_stage_commit_failures_total',
    help: 'Commits of input offsets that failed and were tried again; what they cover is skipped, or repeated with the same bytes.',
    labelNames: ['stage'],
  });
  return {
    recordsEmitted: (amount) => records.inc({ stage, outcome: 'emitted' }, amount),
    recordsSkipped: (amount) => records.inc({ stage, outcome: 'skipped' }, amount),
    deadLetter(reason) {
      records.inc({ stage, outcome: 'dead-letter' });
      deadLetters.inc({ stage, reason });
    },
    statesLoaded: (amount) => loaded.inc({ stage }, amount),
    fenced: () => fenced.inc({ stage }),
    rewound: () => rewinds.inc({ stage }),
    paused: (reason) => pauses.inc({ stage, reason }),
    snapshot: (outcome) => snapshots.inc({ stage, outcome }),
    snapshotStates: (amount) => snapshotStates.inc({ stage }, amount),
    snapshotAge: (partition, age) => snapshotAge.set({ stage, partition }, age),
    rebuilt(states) {
      rebuilds.inc({ stage });
      restored.inc({ stage }, states);
    },
    stateCorrupt: () => corrupt.inc({ stage }),
    recordsLost: (amount) => lost.inc({ stage }, amount),
    microBatch(count, duration) {
      sizes.observe({ stage }, count);
      seconds.observe({ stage }, duration);
    },
    lag(partition, count, age) {
      lagRecords.set({ stage, partition }, count);
      lagSeconds.set({ stage, partition }, age);
    },
    deadLetterLimitReached: () => limitReached.set({ stage }, 1),
    commitFailed: () => commitFailures.inc({ stage }),
    forgetPartition(partition) {
      for (const gauge of [lagRecords, lagSeconds, snapshotAge]) gauge.remove({ stage, partition });
    },
  };
}
