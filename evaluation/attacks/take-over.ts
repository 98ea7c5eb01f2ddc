import type { SeededRandom } from '../../platform/seeded-random.ts';

/** What a take-over needs to know of a batch; everything else is carried along. */
export interface TakeOverSlot<Content> {
  session: string;
  origin: 'owner' | 'impostor' | 'injector';
  content: Content;
}

/** The swap lies within this part of the owner's batches. */
const earliestShare = 3 / 8;
const latestShare = 5 / 8;

/**
 * Where another person sits down: half-way, give or take an eighth by the seed, and inside a session where there is
 * such a place, since a change of hands at the start of a session would meet empty windows. At least one batch stays
 * the owner's where there are two.
 */
export function swapPosition<Content>(slots: readonly TakeOverSlot<Content>[], random: SeededRandom): number {
  const from = Math.max(1, Math.ceil(slots.length * earliestShare));
  const to = Math.max(from, Math.floor(slots.length * latestShare));
  const positions = Array.from({ length: to - from + 1 }, (_, index) => from + index);
  const inside = positions.filter((position) => slots[position]?.session === slots[position - 1]?.session);
  return Math.min(random.pick(inside.length > 0 ? inside : positions), slots.length - 1);
}

/**
 * From `position` on, what the owner would have done is replaced by the stranger's behaviour, in the stranger's order
 * and under the owner's sessions. Ends early where the stranger has less to offer.
 */
export function takeOver<Content>(
  owner: readonly TakeOverSlot<Content>[],
  stranger: readonly TakeOverSlot<Content>[],
  position: number,
): TakeOverSlot<Content>[] {
  const taken = owner.slice(position, position + stranger.length).map((slot, index) => ({
    session: slot.session,
    origin: 'impostor' as const,
    content: (stranger[index] as TakeOverSlot<Content>).content,
  }));
  return [...owner.slice(0, position), ...taken];
}
