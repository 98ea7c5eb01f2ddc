import { expect, it } from '@jest/globals';
import { createSetBackWatch } from './set-back-watch.ts';

it('tells by how much the date was set back, whatever time passes, and since when it was asked to', () => {
  let [date, steady] = [1_000_000, 50];
  const watch = createSetBackWatch(
    () => date,
    () => steady,
  );
  const pass = (ms: number) => {
    date += ms;
    steady += ms;
  };
  pass(5_000);
  expect(watch.setBackMs()).toBe(0);
  date -= 3_000;
  pass(100);
  expect(watch.setBackMs()).toBe(3_000);
  watch.forget();
  expect(watch.setBackMs()).toBe(0);
  date += 7_000;
  expect(watch.setBackMs()).toBeLessThan(0);
});
