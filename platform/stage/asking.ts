import type { RecordBatch } from '../broker/broker.ts';
import type { Clock } from '../clock.ts';
import { OwnershipEnded, type PartitionOwner } from './partition-owner.ts';
import { askPatiently } from './patience.ts';
import type { StageOptions } from './stage-options.ts';
import { createVigil } from './vigil.ts';

/** How the work on a batch asks and lives. */
export interface Asking {
  /**
   * Asks until there is an answer, or patience is at its end, with signs of life meanwhile.
   * @throws {@link OwnershipEnded} as soon as one of them fails, although the question may be open still
   */
  ask<Answer>(question: () => Promise<Answer>): Promise<Answer>;
  /** @throws {@link OwnershipEnded} where the partition may belong to somebody else */
  signOfLife(): Promise<void>;
  /** Told whenever long work got on: it does not hang. */
  progress(): void;
}

/** A batch that is worked on, with its owner. */
export interface BatchInHand<State> extends Asking {
  readonly owner: PartitionOwner<State>;
  readonly batch: RecordBatch;
  /** It is out of hand. */
  end(): void;
}

/** A member that heard nothing of the group for a session is out of it: four signs of life a session leave room for one that comes late. */
const signsOfLifePerSession = 4;

/** Takes the batch in hand. */
export function takeInHand<State>(
  owner: PartitionOwner<State>,
  batch: RecordBatch,
  clock: Clock,
  options: Pick<Required<StageOptions>, 'attempts' | 'firstRetryDelayMs' | 'patienceMs' | 'sessionTimeoutMs'>,
): BatchInHand<State> {
  async function signOfLife(): Promise<void> {
    if (batch.isStale()) throw new OwnershipEnded('stale');
    await batch.heartbeat().catch(() => {
      throw new OwnershipEnded('stale'); // the group is rebalancing
    });
  }
  const signOfLifeEveryMs = options.sessionTimeoutMs / signsOfLifePerSession;
  const vigil = createVigil({ clock, signOfLifeEveryMs, signOfLife });
  const patience = { ...options, clock };
  return {
    owner,
    batch,
    ask: (question) => askPatiently(patience, signOfLife, () => vigil.during(question)),
    signOfLife,
    progress() {
      owner.progressedAtMs = clock.nowMs();
    },
    end: vigil.end,
  };
}
