/** What is known of a client's crashes. */
export interface CrashWatch {
  joined(): void;
  /** Kafka heard of the member. */
  heard(): void;
  crashed(): void;
  /** It crashed behind one join after the other: at a record that it cannot read, say. It gets nowhere like this. */
  fallsOver(): boolean;
}

/** What the watch goes by. */
export interface CrashWatchOptions {
  sessionTimeoutMs: number;
  now: () => number;
  /** A membership has lasted for a session: what was wrong before is over. */
  onLasted: () => void;
}

/** One crash may be the network's; a second one behind the next join says that it may go on like this. */
const crashesThatSay = 2;

/** Nothing has crashed yet. */
export function createCrashWatch({ sessionTimeoutMs, now, onLasted }: CrashWatchOptions): CrashWatch {
  let crashes = 0;
  let joinedAtMs: number | undefined;
  return {
    joined() {
      joinedAtMs ??= now();
    },
    heard() {
      if (joinedAtMs === undefined || now() - joinedAtMs <= sessionTimeoutMs) return;
      crashes = 0;
      onLasted();
    },
    crashed() {
      if (joinedAtMs !== undefined) crashes += 1;
      joinedAtMs = undefined;
    },
    fallsOver: () => crashes >= crashesThatSay,
  };
}
