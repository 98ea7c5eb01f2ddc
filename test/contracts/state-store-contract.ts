import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { StateReader } from '../../platform/store/state-reader.ts';
import type { StateScope, StateStore, StateWrite } from '../../platform/store/state-store.ts';

/** One adapter under test; `close` frees what it started. */
export interface StateStoreUnderTest {
  store: StateStore & StateReader;
  close(): Promise<void>;
}

const bytesOf = (text: string): Buffer => Buffer.from(text);
const writeOf = (key: string, offset: number, text = `${key}@${offset}`): StateWrite => ({
  key,
  offset,
  bytes: bytesOf(text),
});

/** What every {@link StateStore} promises. */
export function describeStateStore(adapter: string, open: () => Promise<StateStoreUnderTest>): void {
  describe(`a state store (${adapter})`, () => {
    let store: StateStore & StateReader;
    let close: () => Promise<void>;
    let partition = 0;
    const newScope = (): StateScope => ({ stage: 'scorer', topic: 'behaviour', partition: partition++ });

    /** Texts of the states, in the order of the keys. */
    async function loadTexts(scope: StateScope, epoch: number, keys: readonly string[]) {
      const outcome = await store.load(scope, epoch, keys);
      if (outcome.kind === 'fenced') return outcome.kind;
      return outcome.states.map((state) => state && `${state.offset}:${state.bytes.toString()}`);
    }

    beforeAll(async () => {
      ({ store, close } = await open());
    });
    afterAll(async () => {
      await close();
    });

    it('has neither states nor an applied offset for a partition nobody has written', async () => {
      const scope = newScope();
      const { epoch, appliedOffset } = await store.acquire(scope);
      expect(appliedOffset).toBeUndefined();
      expect(await loadTexts(scope, epoch, ['a', 'b'])).toEqual([undefined, undefined]);
    });

    it('shows the states of a scope to a reader, which owns nothing and fences nobody', async () => {
      const scope = newScope();
      const other = newScope();
      const found = async () => {
        const texts = new Set<string>();
        for await (const read of store.states(scope)) {
          if (read.kind === 'state') texts.add(`${read.key} ${read.offset} ${read.bytes.toString()}`);
        }
        return [...texts].sort();
      };
      expect(await store.appliedOffset(scope)).toBeUndefined();
      expect(await found()).toEqual([]);
      const { epoch } = await store.acquire(scope);
      const writes = Array.from({ length: 700 }, (_, i) => writeOf(`k${i}:täglich`, i));
      await store.apply(scope, epoch, writes, 700);
      const { epoch: epochOfOther } = await store.acquire(other);
      await store.apply(other, epochOfOther, [writeOf('elsewhere', 3)], 3);
      expect(await found()).toEqual(writes.map(({ key, offset }) => `${key} ${offset} ${key}@${offset}`).sort());
      expect(await store.appliedOffset(scope)).toBe(700);
      expect(await store.apply(scope, epoch, [writeOf('k0:täglich', 701)], 701)).toMatchObject({ written: 1 });
      expect(await store.appliedOffset(scope)).toBe(701);
    });

    it('gives every owner a larger epoch than the one before', async () => {
      const scope = newScope();
      const epochs: number[] = [];
      for (let i = 0; i < 20; i++) epochs.push((await store.acquire(scope)).epoch);
      for (let i = 1; i < epochs.length; i++) expect(epochs[i]).toBeGreaterThan(epochs[i - 1] as number);
    });

    it('loads in the order of the keys, absent ones as undefined, repeated ones twice', async () => {
      const scope = newScope();
      const { epoch } = await store.acquire(scope);
      await store.apply(scope, epoch, [writeOf('a', 3), writeOf('b', 5), writeOf('c', 4)], 5);
      expect(await loadTexts(scope, epoch, ['c', 'x', 'a', 'b', 'a'])).toEqual([
        '4:c@4',
        undefined,
        '3:a@3',
        '5:b@5',
        '3:a@3',
      ]);
      expect(await loadTexts(scope, epoch, [])).toEqual([]);
    });

    it('tells the next owner what was applied last', async () => {
      const scope = newScope();
      const first = await store.acquire(scope);
      await store.apply(scope, first.epoch, [writeOf('a', 7)], 9);
      const second = await store.acquire(scope);
      expect(second.appliedOffset).toBe(9);
      expect(await loadTexts(scope, second.epoch, ['a'])).toEqual(['7:a@7']);
    });

    it('moves the applied offset without a state, and never back', async () => {
      const scope = newScope();
      const { epoch } = await store.acquire(scope);
      expect(await store.apply(scope, epoch, [], 12)).toEqual({ kind: 'applied', written: 0, duplicates: 0 });
      await store.apply(scope, epoch, [], 4);
      expect((await store.acquire(scope)).appliedOffset).toBe(12);
    });

    it('keeps the timestamp of the applied record with its offset, and forgets it where the next one has none', async () => {
      const scope = newScope();
      const { epoch } = await store.acquire(scope);
      const atMs = 1_800_000_000_123;
      const bounds = { maxStates: 1, maxBytes: 100 };
      await store.apply(scope, epoch, [writeOf('a', 0)], 0);
      expect(await store.page(scope, epoch, -1, bounds)).toMatchObject({ appliedTimestampMs: undefined });
      await store.apply(scope, epoch, [], 7, atMs);
      await store.apply(scope, epoch, [], 7, atMs + 9); // as a repeated call, but for the time
      await store.apply(scope, epoch, [], 6, atMs - 1);
      await store.apply(scope, epoch, [writeOf('b', 8)], undefined);
      const known = { appliedOffset: 7, appliedTimestampMs: atMs };
      expect(await store.page(scope, epoch, -1, bounds)).toMatchObject(known);
      const next = await store.acquire(scope);
      expect(next).toMatchObject(known);
      await store.apply(scope, next.epoch, [], 8);
      const last = await store.acquire(scope);
      expect(last).toMatchObject({ appliedOffset: 8, appliedTimestampMs: undefined });
      await store.apply(scope, last.epoch, [], 9, atMs);
      await store.clear(scope, last.epoch);
      await store.apply(scope, last.epoch, [], 9);
      expect(await store.acquire(scope)).toMatchObject({ appliedOffset: 9, appliedTimestampMs: undefined });
    });

    it('changes nothing by a write whose offset is not above the stored one', async () => {
      const scope = newScope();
      const { epoch } = await store.acquire(scope);
      await store.apply(scope, epoch, [writeOf('a', 5), writeOf('b', 5)], 5);
      const again = [writeOf('a', 5, 'same'), writeOf('b', 4, 'older'), writeOf('c', 1)];
      expect(await store.apply(scope, epoch, again, 5)).toEqual({ kind: 'applied', written: 1, duplicates: 2 });
      expect(await loadTexts(scope, epoch, ['a', 'b', 'c'])).toEqual(['5:a@5', '5:b@5', '1:c@1']);
    });

    it('takes a repeated call as duplicates', async () => {
      const scope = newScope();
      const { epoch } = await store.acquire(scope);
      const writes = [writeOf('a', 1), writeOf('b', 2)];
      await store.apply(scope, epoch, writes, 2);
      expect(await store.apply(scope, epoch, writes, 2)).toEqual({ kind: 'applied', written: 0, duplicates: 2 });
    });

    it('refuses an earlier owner once there is a later one: no state, no applied offset, no read', async () => {
      const scope = newScope();
      const zombie = await store.acquire(scope);
      await store.apply(scope, zombie.epoch, [writeOf('a', 1)], 1);
      const owner = await store.acquire(scope);
      expect(await store.apply(scope, zombie.epoch, [writeOf('a', 2), writeOf('b', 2)], 2)).toEqual({ kind: 'fenced' });
      expect(await loadTexts(scope, zombie.epoch, ['a'])).toBe('fenced');
      expect(await loadTexts(scope, owner.epoch, ['a', 'b'])).toEqual(['1:a@1', undefined]);
      expect((await store.acquire(scope)).appliedOffset).toBe(1);
    });

    it('refuses an epoch that was never given', async () => {
      const scope = newScope();
      expect(await store.apply(scope, 1, [writeOf('a', 1)], 1)).toEqual({ kind: 'fenced' });
      const { epoch } = await store.acquire(scope);
      expect(await store.apply(scope, epoch + 1, [writeOf('a', 1)], 1)).toEqual({ kind: 'fenced' });
      expect(await loadTexts(scope, epoch, ['a'])).toEqual([undefined]);
    });

    it('keeps scopes apart by stage, topic and partition', async () => {
      const scope = newScope();
      const others = [{ ...scope, stage: 'alerting' }, { ...scope, topic: 'verdicts' }, newScope()];
      const { epoch } = await store.acquire(scope);
      await store.apply(scope, epoch, [writeOf('a', 1)], 1);
      for (const other of others) {
        const ownership = await store.acquire(other);
        expect(ownership.appliedOffset).toBeUndefined();
        expect(await loadTexts(other, ownership.epoch, ['a'])).toEqual([undefined]);
      }
      expect(await store.apply(scope, epoch, [writeOf('a', 2)], 2)).toEqual({
        kind: 'applied',
        written: 1,
        duplicates: 0,
      });
    });

    it('keeps every byte of a state, under any key', async () => {
      const everyByte = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
      const scope = newScope();
      const { epoch } = await store.acquire(scope);
      let offset = 0;
      await fc.assert(
        fc.asyncProperty(
          fc.string({ unit: 'binary', maxLength: 40 }),
          fc.uint8Array({ maxLength: 600 }),
          async (key, tail) => {
            const bytes = Buffer.concat([everyByte, tail]);
            await store.apply(scope, epoch, [{ key, offset: ++offset, bytes }], offset);
            const outcome = await store.load(scope, epoch, [key]);
            const state = outcome.kind === 'loaded' ? outcome.states[0] : undefined;
            expect(state?.offset).toBe(offset);
            expect(state && bytes.equals(state.bytes)).toBe(true);
          },
        ),
        { numRuns: 60, seed: 1 },
      );
    });

    it('keeps an empty state apart from none, and offsets beyond 32 bits', async () => {
      const scope = newScope();
      const { epoch } = await store.acquire(scope);
      const far = 2 ** 52 + 1;
      await store.apply(scope, epoch, [{ key: 'empty', offset: far, bytes: Buffer.alloc(0) }], far);
      expect(await store.apply(scope, epoch, [writeOf('empty', far - 1)], far)).toMatchObject({ duplicates: 1 });
      expect(await loadTexts(scope, epoch, ['empty'])).toEqual([`${far}:`]);
      expect((await store.acquire(scope)).appliedOffset).toBe(far);
    });

    it('does not see what a caller does to its buffers afterwards', async () => {
      const scope = newScope();
      const { epoch } = await store.acquire(scope);
      const write = writeOf('a', 1, 'kept');
      await store.apply(scope, epoch, [write], 1);
      write.bytes.fill(0);
      const loaded = await store.load(scope, epoch, ['a']);
      if (loaded.kind === 'loaded') loaded.states[0]?.bytes.fill(0);
      expect(await loadTexts(scope, epoch, ['a'])).toEqual(['1:kept']);
    });

    it('writes 5,000 states at once, some of them large', async () => {
      const scope = newScope();
      const { epoch } = await store.acquire(scope);
      const writes = Array.from({ length: 5_000 }, (_, i) => ({
        key: `k${i}`,
        offset: i,
        bytes: Buffer.alloc(i % 1_000 === 0 ? 300_000 : 1_000, i % 251),
      }));
      expect(await store.apply(scope, epoch, writes, 4_999)).toEqual({
        kind: 'applied',
        written: 5_000,
        duplicates: 0,
      });
      const outcome = await store.load(
        scope,
        epoch,
        writes.map(({ key }) => key),
      );
      const states = outcome.kind === 'loaded' ? outcome.states : [];
      expect(states.every((state, i) => state?.offset === i && writes[i]?.bytes.equals(state.bytes))).toBe(true);
    });

    it('leaves the applied offset where it is when told none', async () => {
      const scope = newScope();
      const { epoch } = await store.acquire(scope);
      await store.apply(scope, epoch, [writeOf('a', 3)], undefined);
      expect((await store.acquire(scope)).appliedOffset).toBeUndefined();
      const again = await store.acquire(scope);
      await store.apply(scope, again.epoch, [], 7);
      await store.apply(scope, again.epoch, [writeOf('a', 9)], undefined);
      const last = await store.acquire(scope);
      expect(last.appliedOffset).toBe(7);
      expect(await loadTexts(scope, last.epoch, ['a'])).toEqual(['9:a@9']);
    });

    /** Walks from `after` on, a page of at most `maxStates` at a time. */
    async function walk(scope: StateScope, epoch: number, after: number, maxStates: number) {
      const pages: string[][] = [];
      for (let from = after; ; ) {
        const outcome = await store.page(scope, epoch, from, { maxStates, maxBytes: 1_000_000 });
        if (outcome.kind === 'fenced') throw new Error('fenced');
        pages.push(outcome.states.map(({ key, offset, bytes }) => `${key}:${offset}:${bytes}`));
        from = outcome.states.at(-1)?.offset ?? from;
        if (outcome.isLast) return { pages, appliedOffset: outcome.appliedOffset };
      }
    }

    it('walks its states in the order of their offsets, in pages, from any offset on', async () => {
      const scope = newScope();
      const { epoch } = await store.acquire(scope);
      expect(await walk(scope, epoch, -1, 5)).toEqual({ pages: [[]], appliedOffset: undefined });
      const keys = ['x', '', 'é}{', 's:', 'a b'];
      await store.apply(
        scope,
        epoch,
        keys.map((key, i) => writeOf(key, 2 ** 50 + i)),
        2 ** 50 + 9,
      );
      await store.apply(scope, epoch, [writeOf('x', 2 ** 50 + 8)], 2 ** 50 + 9);
      const ordered = [...keys.slice(1).map((key, i) => [key, 2 ** 50 + 1 + i] as const), ['x', 2 ** 50 + 8] as const];
      const wanted = ordered.map(([key, offset]) => `${key}:${offset}:${key}@${offset}`);
      const applied = { appliedOffset: 2 ** 50 + 9 };
      expect(await walk(scope, epoch, -1, 2)).toEqual({
        pages: [wanted.slice(0, 2), wanted.slice(2, 4), wanted.slice(4)],
        ...applied,
      });
      expect(await walk(scope, epoch, -1, 5)).toEqual({ pages: [wanted], ...applied });
      expect(await walk(scope, epoch, 2 ** 50 + 3, 5)).toEqual({ pages: [wanted.slice(3)], ...applied });
    });

    it('ends a page at its bound of bytes, but gives a larger state alone', async () => {
      const scope = newScope();
      const { epoch } = await store.acquire(scope);
      const sizes = [10, 900, 30, 40];
      await store.apply(
        scope,
        epoch,
        sizes.map((size, i) => ({ key: `k${i}`, offset: i, bytes: Buffer.alloc(size) })),
        3,
      );
      const pages: string[][] = [];
      for (let after = -1; after < 3; ) {
        const outcome = await store.page(scope, epoch, after, { maxStates: 9, maxBytes: 150 });
        const states = outcome.kind === 'page' ? outcome.states : [];
        pages.push(states.map(({ key }) => key));
        after = states.at(-1)?.offset ?? 3;
      }
      expect(pages).toEqual([['k0'], ['k1'], ['k2', 'k3']]);
    });

    it('has shown every state as it is once a walk is over, whatever is written meanwhile', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'), { minLength: 1, maxLength: 40 }),
          fc.integer({ min: 1, max: 3 }),
          fc.integer({ min: 1, max: 5 }),
          async (written, maxStates, writesPerPage) => {
            const scope = newScope();
            const { epoch } = await store.acquire(scope);
            const model = new Map<string, number>();
            const seen = new Map<string, number>();
            let offset = 0;
            const write = async (): Promise<void> => {
              const key = written[offset];
              if (key === undefined) return;
              model.set(key, offset);
              await store.apply(scope, epoch, [writeOf(key, offset)], offset);
              offset += 1;
            };
            for (let i = 0; i < written.length / 2; i++) await write();
            for (let after = -1; ; ) {
              const outcome = await store.page(scope, epoch, after, { maxStates, maxBytes: 1_000 });
              if (outcome.kind === 'fenced') throw new Error('fenced');
              for (const state of outcome.states) {
                seen.set(state.key, state.offset);
                after = state.offset;
              }
              if (outcome.isLast) break;
              for (let i = 0; i < writesPerPage; i++) await write();
            }
            expect(seen).toEqual(model);
          },
        ),
        { numRuns: 40, seed: 3 },
      );
    });

    it('is as if nobody had ever written it once it is cleared, for the same owner', async () => {
      const scope = newScope();
      const neighbour = newScope();
      const other = await store.acquire(neighbour);
      await store.apply(neighbour, other.epoch, [writeOf('a', 1)], 1);
      const { epoch } = await store.acquire(scope);
      await store.apply(
        scope,
        epoch,
        Array.from({ length: 100 }, (_, i) => writeOf(`k${i}`, i)),
        99,
      );
      expect(await store.clear(scope, epoch)).toEqual({ kind: 'cleared', states: 100 });
      expect(await store.clear(scope, epoch)).toEqual({ kind: 'cleared', states: 0 });
      expect(await loadTexts(scope, epoch, ['k0', 'k99'])).toEqual([undefined, undefined]);
      expect(await walk(scope, epoch, -1, 5)).toEqual({ pages: [[]], appliedOffset: undefined });
      await store.apply(scope, epoch, [writeOf('k0', 0)], 0);
      const again = await store.acquire(scope);
      expect(again.appliedOffset).toBe(0);
      expect(await loadTexts(scope, again.epoch, ['k0'])).toEqual(['0:k0@0']);
      expect(await loadTexts(neighbour, other.epoch, ['a'])).toEqual(['1:a@1']);
    });

    it('lets an earlier owner neither walk nor clear', async () => {
      const scope = newScope();
      const zombie = await store.acquire(scope);
      await store.apply(scope, zombie.epoch, [writeOf('a', 1)], 1);
      const owner = await store.acquire(scope);
      expect(await store.page(scope, zombie.epoch, -1, { maxStates: 9, maxBytes: 9 })).toEqual({ kind: 'fenced' });
      expect(await store.clear(scope, zombie.epoch)).toEqual({ kind: 'fenced' });
      expect(await loadTexts(scope, owner.epoch, ['a'])).toEqual(['1:a@1']);
      expect(await store.page(newScope(), owner.epoch, -1, { maxStates: 9, maxBytes: 9 })).toEqual({ kind: 'fenced' });
    });

    it('agrees with a plain model under any order of owners, writes and reads', async () => {
      const act = fc.oneof(
        fc.record({ kind: fc.constant('acquire' as const) }),
        fc.record({
          kind: fc.constant('apply' as const),
          owner: fc.nat({ max: 2 }),
          writes: fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.nat({ max: 20 })), { maxLength: 4 }),
          applied: fc.nat({ max: 20 }),
        }),
      );
      await fc.assert(
        fc.asyncProperty(fc.array(act, { maxLength: 25 }), async (acts) => {
          const scope = newScope();
          const owners = [(await store.acquire(scope)).epoch];
          const states = new Map<string, string>();
          const offsets = new Map<string, number>();
          let applied: number | undefined;
          for (const step of acts) {
            if (step.kind === 'acquire') {
              const ownership = await store.acquire(scope);
              expect(ownership.appliedOffset).toBe(applied);
              owners.push(ownership.epoch);
              continue;
            }
            const back = Math.min(step.owner, owners.length - 1);
            const epoch = owners[owners.length - 1 - back] as number;
            const writes = step.writes.map(([key, offset]) => writeOf(key, offset, `${key}@${offset} of ${epoch}`));
            const outcome = await store.apply(scope, epoch, writes, step.applied);
            if (back > 0) {
              expect(outcome).toEqual({ kind: 'fenced' });
              continue;
            }
            for (const { key, offset, bytes } of writes) {
              if ((offsets.get(key) ?? -1) >= offset) continue;
              offsets.set(key, offset);
              states.set(key, `${offset}:${bytes.toString()}`);
            }
            applied = Math.max(applied ?? -1, step.applied);
          }
          const { epoch, appliedOffset } = await store.acquire(scope);
          expect(appliedOffset).toBe(applied);
          expect(await loadTexts(scope, epoch, ['a', 'b', 'c'])).toEqual(['a', 'b', 'c'].map((key) => states.get(key)));
        }),
        { numRuns: 60, seed: 2 },
      );
    });
  });
}
