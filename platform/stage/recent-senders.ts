/** What the last records that counted say about those who sent them, by record key. */
export interface RecentSenders {
  /** `undefined` is a record without a key: it stands in the window, and for nobody. */
  enter(key: string | undefined, isLetter: boolean): void;
  /** How many of them were dead letters. */
  letters(): number;
  /**
   * Whether another letter of this key is the key's own affair: it has so many already, and at least as many keys do well
   * as fail. A key does well whose last record was no dead letter. The key counts as failing from here on.
   */
  isAlone(key: string, maxOfOneKey: number): boolean;
}

interface Sender {
  records: number;
  letters: number;
  fails: boolean;
}

/** Remembers the last `windowRecords`, and of nobody more than that. */
export function createRecentSenders(windowRecords: number): RecentSenders {
  const window = new Array<{ key: string | undefined; isLetter: boolean } | undefined>(windowRecords).fill(undefined);
  const senders = new Map<string, Sender>();
  let at = 0;
  let letters = 0;
  let failing = 0;

  function setFails(sender: Sender, fails: boolean): void {
    if (sender.fails !== fails) failing += fails ? 1 : -1;
    sender.fails = fails;
  }
  function leave({ key, isLetter }: { key: string | undefined; isLetter: boolean }): void {
    if (isLetter) letters -= 1;
    const sender = key === undefined ? undefined : senders.get(key);
    if (key === undefined || sender === undefined) return;
    sender.records -= 1;
    if (isLetter) sender.letters -= 1;
    if (sender.records > 0) return;
    setFails(sender, false);
    senders.delete(key);
  }

  return {
    enter(key, isLetter) {
      const left = window[at];
      if (left !== undefined) leave(left);
      window[at] = { key, isLetter };
      at = at + 1 === windowRecords ? 0 : at + 1;
      if (isLetter) letters += 1;
      if (key === undefined) return;
      const sender = senders.get(key) ?? { records: 0, letters: 0, fails: false };
      senders.set(key, sender);
      sender.records += 1;
      if (isLetter) sender.letters += 1;
      setFails(sender, isLetter);
    },
    letters: () => letters,
    isAlone(key, maxOfOneKey) {
      const sender = senders.get(key);
      if (sender === undefined || sender.letters < maxOfOneKey) return false;
      setFails(sender, true);
      return senders.size - failing >= failing;
    },
  };
}
