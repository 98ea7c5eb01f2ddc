/**
 * What a collector may say about behaviour: timings and relative movement, never keys, text, order or absolute position.
 * These shapes are what crosses the wire once decoded; `schemas/behaviour-batch` is the same in Avro.
 */

/** The six areas of a keyboard. A key is mapped to its zone on the endpoint; the key itself never leaves it. */
export const zones = ['left', 'right', 'space', 'backspace', 'modifier', 'other'] as const;
/** One area of the keyboard. */
export type Zone = (typeof zones)[number];

/** Number of ordered pairs of zones. A zone pair is `previous * 6 + current`, 0..35. */
export const zonePairCount = zones.length * zones.length;

/** A 16-byte keyed pseudonym as 32 lower-case hexadecimal digits. */
export type Pseudonym = string;

/** One keystroke. The samples of a batch are a multiset: their order carries nothing. Times lie on a 5 ms grid. */
export interface KeystrokeSample {
  /** `previous * 6 + current` in {@link zones}; `previous` is `other` where the pair is broken by a pause. */
  zonePair: number;
  /** Key down to own key up. */
  holdMs: number;
  /** Previous key down to this key down; `null` after a pause of more than 2 s or at the start. */
  pressPressMs: number | null;
  /** Previous key up to this key down; negative when keys overlap; `null` where `pressPressMs` is. */
  releasePressMs: number | null;
}

/** What a hand does with a pointer. Only adding at the end is safe: stored windows hold the index. */
export const strokeKinds = ['move', 'click', 'drag', 'scroll', 'tap', 'swipe'] as const;
/** What one stroke is. */
export type StrokeKind = (typeof strokeKinds)[number];
/** What a pointer is moved with. */
export const pointerDevices = ['mouse', 'pen', 'touch'] as const;
/** What one stroke was made with. */
export type PointerDevice = (typeof pointerDevices)[number];

/** One pointer action as relative steps; `dtMs`, `dx` and `dy` have equal lengths, at most 64. Times lie on a 4 ms grid. */
export interface PointerStroke {
  kind: StrokeKind;
  device: PointerDevice;
  dtMs: number[];
  /** Pixels to the right. */
  dx: number[];
  /** Pixels downwards. */
  dy: number[];
  /** End of the previous stroke to the start of this one; `null` when unknown. */
  pauseMs: number | null;
  /** How long the button or finger was down; `null` for a plain movement. */
  pressMs: number | null;
  /** Last movement to the press; `null` where there is no press. */
  stopMs: number | null;
}

/** The kinds of work that a collector may count; anything else is not told. */
export const activityKinds = [
  'records-viewed',
  'searches',
  'exports',
  'pastes',
  'application-switches',
  'logins',
] as const;
/** One countable kind of work. */
export type ActivityKind = (typeof activityKinds)[number];

/** How often an allow-listed kind of activity happened during the batch. */
export interface ActivityCount {
  kind: ActivityKind;
  count: number;
}

/** How input may reach the application. */
export const inputRoutes = ['local', 'remote-desktop', 'virtual'] as const;
/** How the input of one batch came. */
export type InputRoute = (typeof inputRoutes)[number];

/** Where the behaviour came from. */
export interface BehaviourContext {
  inputRoute: InputRoute;
  network: Pseudonym | null;
  domain: Pseudonym | null;
  host: Pseudonym | null;
}

/** What recorded the behaviour, and how finely. */
export interface Collector {
  name: string;
  version: string;
  /** Smallest step of the collector's clock. */
  timerResolutionMs: number;
}

/**
 * How much is spent on judging a batch, most first. `degraded`: every fourth due window is scored; `shed`: nothing is judged.
 * Decided once, where the batch comes in, and written down with it: whoever judges it again does the same.
 */
export const handlings = ['full', 'degraded', 'shed'] as const;
/** How much is spent on judging one batch. */
export type Handling = (typeof handlings)[number];

/** At most 25 keystrokes, 64 strokes or 10 s of one subject on one device: the unit that gets one verdict. */
export interface BehaviourBatch {
  tenant: string;
  subject: Pseudonym;
  device: Pseudonym;
  session: Pseudonym;
  /** Counts the batches of a device, upwards, for ever. */
  sequence: number;
  /** The collector's clock at the end of the batch; informative only. */
  deviceClockMs: number;
  durationMs: number;
  /** The gateway's stamp: the only clock that scoring knows. */
  receivedAtMs: number;
  /** The gateway's stamp too: what a collector says here is overwritten. */
  handling: Handling;
  collector: Collector;
  context: BehaviourContext;
  keystrokes: KeystrokeSample[];
  pointer: PointerStroke[];
  activity: ActivityCount[];
}
