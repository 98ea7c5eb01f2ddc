import type { Bounds } from './bounds.ts';
import { maxLong } from './scan-cursor.ts';

const dayMs = 86_400_000;

/** Times since 1970 in ms, up to the year 2100. */
export const epochMs: Bounds = { min: 0, max: 4_102_444_800_000 };

/** What counts upwards for ever, as far as it can be counted exactly on the wire. */
export const counter: Bounds = { min: 0, max: maxLong };

/** Longest name of a tenant, characters. */
export const maxTenantCharacters = 64;

/** What one batch may hold. A batch outside these bounds is refused, whatever it claims to have measured. */
export const batchLimits = {
  keystrokes: 25,
  strokes: 64,
  pointsPerStroke: 64,
  /** One entry for each allow-listed kind. */
  activityKinds: 6,
  collectorNameCharacters: 64,
  collectorVersionCharacters: 32,
} as const;

/** Ranges of a batch's numbers. */
export const batchBounds = {
  /** A batch is closed after 10 s; the rest is tolerance for collectors that flush late. */
  durationMs: { min: 0, max: 3_600_000 },
  /** 0 stands for unknown. */
  timerResolutionMs: { min: 0, max: 1000 },
  zonePair: { min: 0, max: 35 },
  holdMs: { min: 0, max: 60_000 },
  /** Above 2 s the pair is broken and the value `null`. */
  pressPressMs: { min: 0, max: 2000 },
  /** Negative when keys overlap, down to the longest hold. */
  releasePressMs: { min: -60_000, max: 2000 },
  dtMs: { min: 0, max: 10_000 },
  /** Pixels; wider than any desktop. */
  step: { min: -32_767, max: 32_767 },
  pauseMs: { min: 0, max: dayMs },
  pressMs: { min: 0, max: 600_000 },
  /** A pointer may rest for hours before it clicks. */
  stopMs: { min: 0, max: dayMs },
  count: { min: 0, max: 1_000_000 },
} as const satisfies Record<string, Bounds>;

/** Times of a batch are multiples of these: finer ones would tell people, and what they typed, apart better than judging needs. */
export const timeGridMs = { keystrokes: 5, pointer: 4 } as const;

/** Longest batch in Avro with its header, bytes. The fullest valid batch takes less. */
export const maxBatchBytes = 65_536;

/** Array items in the fullest valid batch. */
export const maxBatchItems =
  batchLimits.keystrokes + batchLimits.strokes * (1 + 3 * batchLimits.pointsPerStroke) + batchLimits.activityKinds;

/** Longest batch as JSON, UTF-16 units. The fullest valid batch without white space takes less. */
export const maxBatchJsonCharacters = 262_144;
