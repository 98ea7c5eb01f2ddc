import { findProgram } from './find-program.ts';

/**
 * What to start instead of a program so that it ends with us: `setpriv --pdeathsig` has the kernel end the child when we die, also by SIGKILL, when no handler of ours runs.
 * Elsewhere than on Linux the program itself: it then outlives a SIGKILL of ours.
 */
export function withParentDeath(program: string, args: readonly string[]): [string, readonly string[]] {
  const setpriv = process.platform === 'linux' ? findProgram('setpriv', 'part of util-linux') : undefined;
  return setpriv?.ok === true ? [setpriv.path, ['--pdeathsig', 'KILL', '--', program, ...args]] : [program, args];
}
