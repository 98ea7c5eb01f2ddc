/**
 * What a collector sees before it forgets: one key pressed and released. Never leaves the endpoint.
 * Times share one clock, in milliseconds; its zero does not matter.
 */
export interface RawKeystroke {
  /** A key name (`a`, `space`, `shift`), or a JavaScript `keyCode`. */
  key: string | number;
  pressMs: number;
  releaseMs: number;
}

export const pointerStates = ['Move', 'Pressed', 'Released', 'Drag', 'Down', 'Up'] as const;
/** `Down` and `Up` are turns of the wheel. */
export type PointerState = (typeof pointerStates)[number];

/** One mouse event on an absolute screen. Never leaves the endpoint. */
export interface RawPointerEvent {
  timeMs: number;
  state: PointerState;
  /** Pixels from the left edge. */
  x: number;
  /** Pixels from the upper edge. */
  y: number;
}
