/** Sends offsets to the group's coordinator under the membership that they were worked out in. */
export type SendOffsets = (offsets: readonly { partition: number; offset: number }[]) => Promise<void>;

/** Gathers what is done and commits it now and then. Never commits what has not been noted. */
export interface OffsetCommitter {
  /** Everything below `offset` is done. */
  note(partition: number, offset: number, send: SendOffsets): void;
  /** Commits what is noted. Resolves also when that fails: it is noted again, and is repeated work at worst. */
  flush(): Promise<void>;
  /** Forgets what is noted: the partitions may belong to another member. */
  clear(): void;
}

/** Commits at most once every `intervalMs`, as each commit is a round trip. `onFailure` is told what went wrong. */
export function createOffsetCommitter(intervalMs: number, onFailure: (error: unknown) => void): OffsetCommitter {
  let noted = new Map<number, number>();
  let send: SendOffsets | undefined;
  let timer: NodeJS.Timeout | undefined;
  let sending: Promise<void> = Promise.resolve();
  let membership = 0;

  const schedule = (): void => {
    timer ??= setTimeout(() => {
      timer = undefined;
      void flush();
    }, intervalMs);
  };
  const sendNoted = async (): Promise<void> => {
    if (noted.size === 0 || send === undefined) return;
    const born = membership;
    const taken = noted;
    noted = new Map();
    try {
      await send([...taken].map(([partition, offset]) => ({ partition, offset })));
    } catch (error) {
      onFailure(error);
      if (born !== membership) return;
      for (const [partition, offset] of taken) if (!noted.has(partition)) noted.set(partition, offset);
      schedule();
    }
  };
  const flush = (): Promise<void> => {
    sending = sending.then(sendNoted);
    return sending;
  };

  return {
    note: (partition, offset, sendOffsets) => {
      noted.set(partition, offset);
      send = sendOffsets;
      schedule();
    },
    flush,
    clear: () => {
      membership += 1;
      noted.clear();
      send = undefined;
      clearTimeout(timer);
      timer = undefined;
    },
  };
}
