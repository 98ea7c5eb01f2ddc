import type { TypicalTiming } from './typical-typing.ts';
import { typicalHold, typicalLevels, typicalPressPress, typicalReleasePress } from './typical-typing.ts';
import { type ZonePairModel, zonePairModelOf } from './zone-pair-model.ts';

/** Share of a distribution with these quantiles at {@link typicalLevels} that lies below a value; linear between them. */
function shareBelow(quantiles: Float64Array, value: number): number {
  const last = quantiles.length - 1;
  if (value < quantiles[0]!) return 0;
  if (value >= quantiles[last]!) return 1;
  let above = 1;
  while (quantiles[above]! <= value) above++;
  const from = quantiles[above - 1]!;
  const way = (value - from) / (quantiles[above]! - from);
  return typicalLevels[above - 1]! * (1 - way) + typicalLevels[above]! * way;
}

function typicalModel(timings: readonly [TypicalTiming, TypicalTiming, TypicalTiming]): ZonePairModel {
  return zonePairModelOf((pair, quantity, value) => {
    const { centre, spread, shape } = timings[quantity];
    return shareBelow(shape, (value - centre[pair]!) / spread[pair]!);
  });
}

/**
 * What anyone's typing is like, by zone pair: every window that the product judges is measured against it, so that a
 * window's vector is the same whoever's template is asked, today and next year.
 */
export const typicalZonePairModel: ZonePairModel = typicalModel([typicalHold, typicalPressPress, typicalReleasePress]);
