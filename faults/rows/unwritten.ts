import type { Row } from '../campaign/row.ts';

/** Rows of the matrix that nobody has written yet: they are told of at every run, so that nobody believes them proved. */
const missing: readonly [number, string, string][] = [
  [18, 'schema-change', 'the schema of batches changes in mid-stream: compatible both ways, and not'],
  [19, 'clock-skew', 'the clocks of processes differ and jump'],
  [29, 'key-rotation', "the gateway's keys are changed in mid-stream"],
];

/** Each with the reason why it is not injected. */
export const unwritten: readonly Row[] = missing.map(([number, name, title]) => ({
  ...{ number, name, title, topology: 'one', short: false },
  injectable: () => ({ ok: false, reason: 'this row is not written yet' }),
  run: () => Promise.reject(new Error(`${name} is not written yet`)),
}));
