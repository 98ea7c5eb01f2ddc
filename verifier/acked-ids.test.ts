import { expect, it } from '@jest/globals';
import { type AckedId, AckedIdsMalformed, collectAckedIds, parseAckedIds } from './acked-ids.ts';

async function* linesOf(...lines: string[]): AsyncGenerator<string> {
  yield* lines;
}

async function parsed(...lines: string[]): Promise<AckedId[]> {
  const ids: AckedId[] = [];
  for await (const id of parseAckedIds(linesOf(...lines))) ids.push(id);
  return ids;
}

const batch = { tenant: 'acme', device: 'd'.repeat(32), session: '1'.repeat(32), sequence: 4 };

it('an acknowledged batch is named by its place or by itself, one a line', async () => {
  const place = { partition: 3, offset: 17 };
  expect(await parsed(JSON.stringify(place), '', JSON.stringify(batch))).toEqual([place, batch]);
});

it.each(['{', '17', '{"partition":1}', '{"partition":-1,"offset":0}', '{"partition":1,"offset":0,"more":1}'])(
  'a line that is no such name is refused with its number: %s',
  async (line) => {
    await expect(parsed('{"partition":1,"offset":0}', line)).rejects.toThrow(AckedIdsMalformed);
    await expect(parsed('{"partition":1,"offset":0}', line)).rejects.toThrow(/line 2 /);
  },
);

it('whoever was met is no longer waited for, under either name', async () => {
  const acked = await collectAckedIds([{ partition: 0, offset: 1 }, { partition: 0, offset: 2 }, batch]);
  expect(acked.given).toBe(3);
  acked.meet({ topic: 'behaviour', partition: 0, offset: 1 }, batch);
  expect([...acked.left()]).toEqual([{ partition: 0, offset: 2 }]);
});
