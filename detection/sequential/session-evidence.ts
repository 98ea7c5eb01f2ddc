import type { EvidenceRule } from './evidence-rule.ts';

/** Where an account's genuine scores lie and how far they spread. */
export interface EvidenceUnits {
  location: number;
  /** Positive. */
  scale: number;
}

/** What one modality's windows have said against an account so far. Plain numbers, never NaN. */
export interface SessionEvidence {
  /** In spreads; never negative. */
  value: number;
  /** Windows that raised the evidence since there last was none to speak of. */
  raises: number;
  /** What earlier sessions left, in spreads; fades with every window. */
  carried: number;
  /** Sum of the session's standard scores as far as they count for its level, and how many they are. */
  levelSum: number;
  levelWindows: number;
  /** The last standard score, which shares keys with the next window and does not count for the level yet; `null` at the start. */
  waiting: number | null;
}

/** Of an account that nothing is held against. */
export const noEvidence: SessionEvidence = Object.freeze({
  value: 0,
  raises: 0,
  carried: 0,
  levelSum: 0,
  levelWindows: 0,
  waiting: null,
});

/** Less than this, carried evidence included, is none to speak of. In spreads. */
const negligible = 0.5;

/** Scores this far out say no more than those nearer. */
const furthest = 1e6;

/** A score in spreads from the usual place; `undefined` for NaN, which says nothing. */
export function standardScore({ location, scale }: EvidenceUnits, score: number): number | undefined {
  const standard = (score - location) / scale;
  return Number.isNaN(standard) ? undefined : Math.min(Math.max(standard, -furthest), furthest);
}

/** How strange the session has been so far, in spreads, within the rule's bounds. */
export function sessionLevel(evidence: SessionEvidence, { sessionLevel: rule }: EvidenceRule): number {
  const level = evidence.levelSum / (evidence.levelWindows + rule.priorWindows);
  return Math.min(Math.max(level, rule.least), rule.most);
}

/**
 * One step of the sequential test (Page's cumulative sum): the evidence after a window with this standard score. Never
 * negative; grows with the score. The path does not depend on any threshold below `ceiling`.
 */
export function addWindow(
  before: SessionEvidence,
  standard: number,
  rule: EvidenceRule,
  ceiling: number,
): SessionEvidence {
  const brought = Math.min(standard - rule.allowance - sessionLevel(before, rule), rule.mostPerWindow);
  const value = Math.min(Math.max(before.value + brought, 0), ceiling);
  const { memoryWindows, mostPerWindow } = rule.sessionLevel;
  let { levelSum, levelWindows } = before;
  if (before.waiting !== null) {
    const kept = levelWindows < memoryWindows ? 1 : (memoryWindows - 1) / memoryWindows;
    levelSum = levelSum * kept + Math.min(Math.max(before.waiting, -mostPerWindow), mostPerWindow);
    levelWindows = levelWindows * kept + 1;
  }
  const carried = before.carried * 0.5 ** (1 / rule.carryHalfLife);
  const raises = value + carried < negligible ? 0 : before.raises + (brought > 0 ? 1 : 0);
  return {
    value,
    raises,
    carried,
    levelSum,
    levelWindows,
    waiting: standard,
  };
}

/** The evidence at the start of another session: what there is, up to `most`, is carried; the session's level starts anew. */
export function nextSession(before: SessionEvidence, most: number): SessionEvidence {
  return { ...noEvidence, raises: before.raises, carried: Math.min(before.value + before.carried, most) };
}
