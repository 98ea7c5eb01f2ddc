import type { SignsOfLife } from './kept-alive.ts';

/** Tells the group that its member lives while the work on one batch waits for an answer. */
export interface Vigil {
  /**
   * Settles as the answer does, or rejects as soon as a sign of life fails, with what that says. The question is then left
   * alone: it goes on by itself, and nobody hears what becomes of it.
   */
  during<Answer>(question: () => Promise<Answer>): Promise<Answer>;
  /** Nothing will be asked any more. */
  end(): void;
}

/**
 * Kafka's clients give no sign of life while a batch is in hand, and a question may be open for longer than a session: a
 * produce that waits for replicas, for one. One timer for all questions of the batch; work that waits for no answer is not
 * kept alive, so that the group and the watchdog notice where it hangs.
 */
export function createVigil({ clock, signOfLifeEveryMs, signOfLife }: SignsOfLife): Vigil {
  const waiting = new Set<(cause: unknown) => void>();
  let lost: { cause: unknown } | undefined;
  let cancel: (() => void) | undefined;

  function giveUp(cause: unknown): void {
    lost ??= { cause };
    for (const reject of waiting) reject(cause);
  }
  function arm(): void {
    const dueAtMs = clock.nowMs() + signOfLifeEveryMs;
    cancel = clock.after(signOfLifeEveryMs, () => {
      if (waiting.size === 0) {
        cancel = undefined; // the next question begins anew
        return;
      }
      arm();
      // A process that stood still first hears the answers that came meanwhile: the fence is for what it then writes.
      if (clock.nowMs() - dueAtMs < signOfLifeEveryMs) signOfLife().catch(giveUp);
    });
  }
  return {
    async during(question) {
      if (lost !== undefined) throw lost.cause;
      if (cancel === undefined) arm();
      const answer = question();
      return await new Promise((resolve, reject) => {
        waiting.add(reject);
        answer.then(resolve, reject).finally(() => waiting.delete(reject));
      });
    },
    end() {
      cancel?.();
      cancel = undefined;
    },
  };
}
