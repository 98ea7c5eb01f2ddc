const actions = new Set<() => void>();
let watching = false;

const endingSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

function runAll(): void {
  for (const action of actions) action();
  actions.clear();
}

function watch(): void {
  if (watching) return;
  watching = true;
  process.on('exit', runAll);
  for (const signal of endingSignals) {
    const onSignal = (): void => {
      // Somebody else handles the signal too: how the process ends is theirs to decide.
      if (process.listenerCount(signal) > 1) return;
      runAll();
      process.removeListener(signal, onSignal);
      process.kill(process.pid, signal);
    };
    process.on(signal, onSignal);
  }
}

/**
 * Has a synchronous action run when this process ends, by itself or by a signal that nobody else handles. SIGKILL leaves no time for it.
 * Returns what takes the action back.
 */
export function atOwnEnd(action: () => void): () => void {
  watch();
  actions.add(action);
  return () => {
    actions.delete(action);
  };
}
