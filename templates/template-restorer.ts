import { LRUCache } from 'lru-cache';
import { BrokerUnavailable } from '../platform/broker/broker.ts';
import { type Clock, systemClock } from '../platform/clock.ts';
import { StoreUnavailable } from '../platform/store/state-store.ts';
import type { TemplateChangelog } from './template-changelog.ts';

/** How a lost template is looked for. */
export interface TemplateRestoreOptions {
  /** The topic is read at most once in so long, however many templates are missing. */
  scanEveryMs: number;
  /** Who asks is told within so long, and asks again: the membership of a group does not outlive a long reading. */
  answerWithinMs: number;
  /** A version that the topic has not got is not looked for again for so long. */
  absentForMs: number;
}

/** What holds where nothing else is said. */
export const defaultTemplateRestoreOptions = {
  scanEveryMs: 10_000,
  answerWithinMs: 2_000,
  absentForMs: 600_000,
} satisfies TemplateRestoreOptions;

/** Brings back what the store has lost. */
export interface TemplateRestorer {
  /**
   * The file, or `undefined` where the topic has not got it either. Rejects with `StoreUnavailable` while that is not
   * known: the topic cannot be read, or is being read still.
   */
  restore(version: string): Promise<Buffer | undefined>;
}

/** Where files are put back. */
export interface TemplateFiles {
  get(version: string): Promise<Buffer | undefined>;
  put(version: string, file: Buffer): Promise<void>;
  delete(version: string): Promise<void>;
}

const rememberedAbsences = 10_000;

interface Wanted {
  file: Promise<Buffer | undefined>;
  resolve(file: Buffer | undefined): void;
  reject(error: unknown): void;
}

/** One reading of the topic serves everybody who waits, and puts everything back that it passes: where one is lost, all are. */
export function createTemplateRestorer({
  changelog,
  files,
  clock = systemClock,
  options = defaultTemplateRestoreOptions,
}: {
  changelog: Pick<TemplateChangelog, 'read'>;
  files: TemplateFiles;
  clock?: Clock;
  options?: TemplateRestoreOptions;
}): TemplateRestorer {
  const { scanEveryMs, answerWithinMs, absentForMs } = options;
  const wanted = new Map<string, Wanted>();
  /** Until when the topic counts as without the version. */
  const absent = new LRUCache<string, number>({ max: rememberedAbsences });
  /** A reading is under way, or will be as soon as it may. */
  let scanComes = false;
  let scanFromMs = Number.NEGATIVE_INFINITY;

  async function scan(): Promise<void> {
    for await (const { version, file } of changelog.read()) {
      if (file === undefined) {
        if (!wanted.has(version)) await files.delete(version);
        continue;
      }
      await files.put(version, file);
      wanted.get(version)?.resolve(file);
      wanted.delete(version);
    }
    // Whoever came in the middle may have missed the place: what stood there is in the store now.
    for (const [version, { resolve }] of [...wanted]) {
      const file = await files.get(version);
      if (file === undefined) absent.set(version, clock.nowMs() + absentForMs);
      resolve(file);
      wanted.delete(version);
    }
  }

  async function scanOnce(): Promise<void> {
    try {
      await scan();
    } catch (error) {
      const away =
        error instanceof BrokerUnavailable
          ? new StoreUnavailable(`the template topic cannot be read: ${error.message}`, { cause: error })
          : error;
      for (const { reject } of wanted.values()) reject(away);
      wanted.clear();
    } finally {
      scanComes = false;
      scanFromMs = clock.nowMs() + scanEveryMs;
    }
  }

  /** Who asks too early waits for a reading too: were each told to come again, partitions that rest longer and longer would miss it. */
  function scanWhenAllowed(): void {
    if (scanComes) return;
    scanComes = true;
    const inMs = scanFromMs - clock.nowMs();
    if (inMs > 0) clock.after(inMs, () => void scanOnce());
    else void scanOnce();
  }

  function want(version: string): Promise<Buffer | undefined> {
    const joined = wanted.get(version);
    if (joined !== undefined) return joined.file;
    let settle: Omit<Wanted, 'file'> | undefined;
    const file = new Promise<Buffer | undefined>((resolve, reject) => {
      settle = { resolve, reject };
    });
    file.catch(() => undefined); // told to those who still wait
    if (settle !== undefined) wanted.set(version, { file, ...settle });
    scanWhenAllowed();
    return file;
  }

  return {
    async restore(version) {
      if ((absent.get(version) ?? 0) > clock.nowMs()) return undefined;
      let cancel = (): void => undefined;
      const late = new Promise<never>((_, reject) => {
        cancel = clock.after(answerWithinMs, () =>
          reject(
            new StoreUnavailable(
              'the template topic is being read, or soon will be, to bring back what the store has lost',
            ),
          ),
        );
      });
      try {
        return await Promise.race([want(version), late]);
      } finally {
        cancel();
      }
    },
  };
}
