/** Beyond this, Node's timers fire at once. */
const longestTimerMs = 2 ** 31 - 1;

/** Resolves or rejects as `promise` does, or rejects with `late()` when that takes longer than `timeoutMs`. */
export async function within<Value>(promise: Promise<Value>, timeoutMs: number, late: () => Error): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(late()), Math.min(Math.max(0, timeoutMs), longestTimerMs));
  });
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
