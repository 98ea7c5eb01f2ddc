import type { Consumption } from './broker.ts';

/** The consumption as one of the broker's open ones: in the set until it is closed, so that closing the broker closes it. */
export function trackConsumption(consumption: Consumption, open: Set<Consumption>): Consumption {
  const tracked: Consumption = {
    health: consumption.health,
    reread: consumption.reread,
    close: async () => {
      await consumption.close();
      open.delete(tracked);
    },
  };
  open.add(tracked);
  return tracked;
}
