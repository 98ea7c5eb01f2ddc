/**
 * `gaitkeeper <command>` whose clock is wrong: what it is told of the date is shifted by so many ms, and by others once it was
 * sent SIGUSR2, back again at the next one. It is the process's own `Date` that is shifted, not the computer's clock, so clocks that
 * nobody sets (`performance.now`, timers) go on as they do when a real clock is set; other programs and threads are not touched.
 * Arguments: the command, the shift at its start, the shift after a signal. Each jump is a line on standard error.
 */
import { writeSync } from 'node:fs';

const standardErrorFd = 2;
const [node = '', , command = '', first, second] = process.argv;
const shifts = [Number(first), Number(second)] as const;
if (command === '' || !shifts.every(Number.isFinite)) {
  throw new RangeError(`give a command and two numbers of ms, not ${process.argv.slice(2)}`);
}

const TrueDate = Date;
let jumps = 0;
const shiftMs = (): number => shifts[jumps % 2 === 0 ? 0 : 1];
const now = (): number => TrueDate.now() + shiftMs();

globalThis.Date = new Proxy(TrueDate, {
  construct: (target, args: [], newTarget) => Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget),
  apply: () => new TrueDate(now()).toString(),
  get: (target, name, receiver): unknown => (name === 'now' ? now : Reflect.get(target, name, receiver)),
});

process.on('SIGUSR2', () => {
  const beforeMs = shiftMs();
  jumps += 1;
  writeSync(standardErrorFd, `${JSON.stringify({ clockJumpedMs: shiftMs() - beforeMs, shiftMs: shiftMs() })}\n`);
});

// Only now: what reads the time while it is loaded must not read the true one.
process.argv = [node, 'gaitkeeper', command];
await import('../../cli/main.ts');
