import type { Action } from '../../detection/activity/action-counts.ts';
import type { CommandUser } from '../recordings/schonlau.ts';

/** A recorded account whose commands are numbers. */
export interface CodedUser extends Omit<CommandUser, 'training' | 'test'> {
  training: readonly (readonly Action[])[];
  test: readonly (readonly Action[])[];
}

/** The same commands as numbers, alike for all users, in the order in which they first appear: a number says nothing else. */
export function codedUsers(users: readonly CommandUser[]): CodedUser[] {
  const codes = new Map<string, Action>();
  const coded = (block: readonly string[]) =>
    block.map((command) => {
      const code = codes.get(command) ?? codes.size;
      codes.set(command, code);
      return code;
    });
  return users.map((user) => ({ ...user, training: user.training.map(coded), test: user.test.map(coded) }));
}
