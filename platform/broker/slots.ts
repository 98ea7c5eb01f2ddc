/** A bound on how much goes on at once. */
export interface Slots {
  /** Does the work when there is room, in the order of the calls. Settles as it does. */
  use<Value>(work: () => Promise<Value>): Promise<Value>;
}

/** Room for `count` works at once. */
export function createSlots(count: number): Slots {
  const waiting: (() => void)[] = [];
  let free = count;
  return {
    use: async (work) => {
      if (free > 0) free -= 1;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      try {
        return await work();
      } finally {
        // Handed on directly: a call that comes meanwhile does not overtake.
        const next = waiting.shift();
        if (next === undefined) free += 1;
        else next();
      }
    },
  };
}
