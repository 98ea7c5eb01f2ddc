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
  const both = { ...place, ...batch };
  const lines = [place, batch, both].map((id) => JSON.stringify(id));
  expect(await parsed(...lines, '')).toEqual([place, batch, both]);
});

it.each([
  '{',
  '17',
  '{"partition":1}',
  '{"partition":-1,"offset":0}',
  '{"partition":1,"offset":0,"more":1}',
  '{"partition":1,"offset":0,"sequence":4}',
])('a line that is no such name is refused with its number: %s', async (line) => {
  await expect(parsed('{"partition":1,"offset":0}', line)).rejects.toThrow(AckedIdsMalformed);
  await expect(parsed('{"partition":1,"offset":0}', line)).rejects.toThrow(/line 2 /);
});

it('whoever was met is no longer waited for, under either name', async () => {
  const acked = await collectAckedIds([{ partition: 0, offset: 1 }, { partition: 0, offset: 2 }, batch]);
  expect(acked.given).toBe(3);
  acked.meet({ topic: 'behaviour', partition: 0, offset: 1 }, batch);
  expect([...acked.left()]).toEqual([{ partition: 0, offset: 2 }]);
});

it('whoever gave both is met by that batch at that place alone, or by what cannot be read there', async () => {
  const other = { ...batch, sequence: 5 };
  const given = [1, 2, 3, 4].map((offset) => ({ partition: 0, offset, ...batch, sequence: offset }));
  const acked = await collectAckedIds(given);
  const at = (offset: number) => ({ topic: 'behaviour', partition: 0, offset });
  acked.meet(at(1), { ...batch, sequence: 1 });
  acked.meet(at(2), other); // the log was cut, and went on with another one
  acked.meet(at(3), undefined);
  acked.meet(at(4), 'unreadable');
  acked.meet(at(9), { ...batch, sequence: 2 });
  expect([...acked.left()]).toEqual([given[1], given[2]]);
});
