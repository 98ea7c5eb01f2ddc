import type { ConsumerEvents } from './consumer-client.ts';

/** The events of one client, of which its crash is the last: what it still says behind that is no news of its successor. */
export function untilCrashed(events: ConsumerEvents): ConsumerEvents {
  let crashed = false;
  const unlessCrashed =
    <Told extends unknown[]>(tell: (...told: Told) => void) =>
    (...told: Told): void => {
      if (!crashed) tell(...told);
    };
  return {
    joined: unlessCrashed(events.joined),
    rebalancing: unlessCrashed(events.rebalancing),
    heard: unlessCrashed(events.heard),
    passed: unlessCrashed(events.passed),
    crashed: unlessCrashed((error: Error) => {
      crashed = true;
      events.crashed(error);
    }),
  };
}
