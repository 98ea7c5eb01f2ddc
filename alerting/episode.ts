import { createHash } from 'node:crypto';
import type { Verdict } from '../detection/words/verdict.ts';
import { riskFloor } from './severity.ts';

/** What an incident is about. One episode per subject and family is open at a time. */
export const ruleFamilies = ['behaviour-mismatch', 'input-injection', 'activity-surprise'] as const;
export type RuleFamily = (typeof ruleFamilies)[number];

/** Verdicts of one incident, from the first high-risk one until it has been calm, or silent, for a while. */
export interface Episode {
  /** First 16 bytes of SHA-256 over tenant, subject, family and where the episode began, hexadecimal. */
  alertId: string;
  family: RuleFamily;
  startedAtMs: number;
  lastHighAtMs: number;
  /** Consecutive judged verdicts below the lower bound. */
  calmVerdicts: number;
}

/** A subject's open episodes. */
export interface EpisodeState {
  open: Partial<Record<RuleFamily, Episode>>;
  /**
   * The batch of the last verdict that changed anything here; absent before the first. A scorer that died repeats verdicts,
   * in their order: one up to this place was counted before, and must not calm, or open, a second time.
   */
  through?: Verdict['source'];
}

/** An episode stays open until this many judged verdicts in a row lie under {@link calmRisk}. */
export const calmVerdictsToClose = 8;
/** The lower bound of the hysteresis: well under the opening bound, so that an episode does not flicker. */
export const calmRisk = riskFloor.medium;
/**
 * An episode without a high-risk verdict for so long is over, however little was said since: subjects without a template
 * never get a calm verdict, and what happens tomorrow is worth an alert of its own. Half a working day.
 */
export const longestSilenceMs = 4 * 3_600_000;

export interface EpisodeStep {
  /** The very state that was given where the verdict changed nothing. */
  state: EpisodeState;
  /** The episode that this verdict opened, if it opened one. */
  opened: Episode | undefined;
}

/**
 * Advances a subject's episodes by one verdict. Pure. A verdict that could not judge (`undecided`) neither opens nor calms:
 * silence is no evidence of innocence.
 */
export function advanceEpisodes(before: EpisodeState, verdict: Verdict): EpisodeStep {
  if (verdict.decision === 'undecided' || isRepeated(before, verdict)) return { state: before, opened: undefined };
  const family = familyOf(verdict);
  const state = withoutOver(before, verdict, family);
  if (family === undefined) return { state, opened: undefined };
  const current = state.open[family];
  const episode: Episode = {
    alertId: current?.alertId ?? alertId(verdict, family),
    family,
    startedAtMs: current?.startedAtMs ?? verdict.receivedAtMs,
    // Batches of two devices may arrive out of order.
    lastHighAtMs: Math.max(current?.lastHighAtMs ?? 0, verdict.receivedAtMs),
    calmVerdicts: 0,
  };
  return {
    state: { open: { ...state.open, [family]: episode }, through: verdict.source },
    opened: current === undefined ? episode : undefined,
  };
}

/** Whether the verdict was counted before. A topic that was created anew under another name begins again. */
function isRepeated({ through }: EpisodeState, { source }: Verdict): boolean {
  return through?.topic === source.topic && through.partition === source.partition && source.offset <= through.offset;
}

/** The family that a high-risk verdict belongs to; `undefined` where it is not high-risk. */
function familyOf(verdict: Verdict): RuleFamily | undefined {
  if (verdict.risk < riskFloor.high) return undefined;
  switch (verdict.decision) {
    case 'machine':
      return 'input-injection';
    case 'impostor':
      return 'behaviour-mismatch';
    // Suspicion of the person stays below high risk; what is above it is about what was done.
    case 'suspicious':
      return 'activity-surprise';
    case 'genuine':
    case 'undecided':
      return undefined;
  }
}

/** The episodes that go on after this verdict, and how calm they have become. */
function withoutOver(state: EpisodeState, verdict: Verdict, ownFamily?: RuleFamily): EpisodeState {
  const { risk, receivedAtMs, source } = verdict;
  const open: EpisodeState['open'] = {};
  let seen = 0;
  for (const family of ruleFamilies) {
    const episode = state.open[family];
    if (episode === undefined) continue;
    seen += 1;
    if (receivedAtMs - episode.lastHighAtMs > longestSilenceMs) continue;
    const calmVerdicts = family !== ownFamily && risk < calmRisk ? episode.calmVerdicts + 1 : 0;
    if (calmVerdicts < calmVerdictsToClose) open[family] = { ...episode, calmVerdicts };
  }
  return seen === 0 ? state : { open, through: source };
}

function alertId(verdict: Verdict, family: RuleFamily): string {
  const { topic, partition, offset } = verdict.source;
  return createHash('sha256')
    .update(`${verdict.tenant}|${verdict.subject}|${family}|${topic}|${partition}|${offset}`)
    .digest('hex')
    .slice(0, 32);
}
