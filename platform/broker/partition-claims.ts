/** What a member does to a partition of its own. */
export interface PartitionControls {
  pause(partition: number): void;
  seek(partition: number, offset: number): void;
  resume(partition: number): void;
}

/** One partition in a member's hands, from its assignment to the next rebalance or restart. */
export interface PartitionClaim {
  readonly assignment: number;
  /** The partition may belong to another member, or is read anew: nothing of this claim counts any more. */
  revoked: boolean;
  /** Not fetched until its timer has run. */
  resting: boolean;
  /** Handler failures in a row. */
  failures: number;
}

/** The partitions that a member holds, and which of them rest. */
export interface PartitionClaims {
  assign(partitions: readonly number[]): void;
  revoke(): void;
  of(partition: number): PartitionClaim | undefined;
  assigned(): number[];
  /** Reading goes on at `offset` after `forMs`. */
  rest(partition: number, offset: number, forMs: number): void;
  /** After a defect: a new claim on the partition, which begins at `offset` after a rest. Returns the rest in ms. */
  restart(partition: number, offset: number): number;
}

const firstRestMs = 250;
const longestRestMs = 30_000;

/** The claims of a member that holds no partition yet. */
export function createPartitionClaims(controls: PartitionControls): PartitionClaims {
  let claims = new Map<number, PartitionClaim>();
  const timers = new Map<number, NodeJS.Timeout>();
  let assignments = 0;

  const claim = (failures: number): PartitionClaim => {
    assignments += 1;
    return { assignment: assignments, revoked: false, resting: false, failures };
  };
  const rest = (partition: number, offset: number, forMs: number): void => {
    const resting = claims.get(partition);
    if (resting === undefined) return;
    resting.resting = true;
    controls.pause(partition);
    controls.seek(partition, offset);
    clearTimeout(timers.get(partition));
    timers.set(
      partition,
      setTimeout(() => {
        timers.delete(partition);
        resting.resting = false;
        controls.resume(partition);
      }, forMs),
    );
  };
  return {
    assign: (partitions) => {
      claims = new Map(partitions.map((partition) => [partition, claim(0)]));
    },
    revoke: () => {
      for (const each of claims.values()) each.revoked = true;
      claims = new Map();
      // The client keeps a pause over a rebalance, also of a partition that comes back.
      for (const [partition, timer] of timers) {
        clearTimeout(timer);
        controls.resume(partition);
      }
      timers.clear();
    },
    of: (partition) => claims.get(partition),
    assigned: () => [...claims.keys()].sort((a, b) => a - b),
    rest,
    restart: (partition, offset) => {
      const failed = claims.get(partition);
      const failures = (failed?.failures ?? 0) + 1;
      if (failed !== undefined) failed.revoked = true;
      claims.set(partition, claim(failures));
      const forMs = Math.min(firstRestMs * 2 ** (failures - 1), longestRestMs);
      rest(partition, offset, forMs);
      return forMs;
    },
  };
}
