import type { Template } from '../../detection/words/template.ts';
import { exitCodes } from '../../platform/exit-codes.ts';
import type { KeyedStage, StateView } from '../../platform/stage/keyed-stage.ts';
import type { ScorerState } from '../../scorer/scorer-state.ts';
import { cohortKey, subjectKey } from '../../scorer/state-key.ts';
import { Refusal } from '../config-options.ts';
import type { JudgedBy } from './live-verdicts.ts';

/** The states of every partition, grown from nothing; they exist in this process alone. */
export interface ReplayedStates {
  /** The view of one record, and whoever is told its outcome keeps what it set. */
  viewOf(partition: number, keys: readonly string[], judgedBy: JudgedBy | undefined): ReplayedView;
}

/** The view of one record. */
export interface ReplayedView extends StateView<ScorerState> {
  /** Makes what was set the state. */
  settle(): void;
}

/** About 2 GB. */
const maxStates = 200_000;

/**
 * States as the stage would have them, where everything that they rest on is still in the topic. A template activated before
 * is taken from the running system's own verdict on the first batch; `override` replaces its owner's, whatever is active.
 */
export function createReplayedStates(
  stage: Pick<KeyedStage<ScorerState>, 'decodeState'>,
  override: Template | undefined,
): ReplayedStates {
  const states = new Map<string, ScorerState>();

  function keep(name: string, state: ScorerState): void {
    if (states.size >= maxStates && !states.has(name)) {
      const fix = 'fix: one partition at a time, as --from 0/0';
      throw new Refusal(`more than ${maxStates} subjects at once\n  ${fix}`, exitCodes.usage);
    }
    states.set(name, state);
  }

  /** A state seen for the first time, or that has had no template yet. */
  function begin(
    state: ScorerState,
    key: string,
    keys: readonly string[],
    judgedBy: JudgedBy | undefined,
  ): ScorerState {
    const version = overriddenFor(key, override) ?? activeFor(state, key === keys[0], judgedBy);
    if (version === undefined) return state;
    return state.kind === 'cohort'
      ? { kind: 'cohort', cohort: { activations: [{ offset: -1, version }] } }
      : { ...state, subject: { ...state.subject, activeTemplateVersion: version, templateKind: 'own' } };
  }

  return {
    viewOf(partition, keys, judgedBy) {
      let pending: ScorerState | undefined;
      const nameOf = (key: string) => `${partition}/${key}`;
      return {
        get(key) {
          if (pending !== undefined && key === keys[0]) return pending;
          const known = states.get(nameOf(key));
          if (known !== undefined && hasTemplate(known)) return known;
          // One that was activated before the oldest record shows only in the verdicts that it led to.
          const begun = begin(known ?? stage.decodeState(undefined, key), key, keys, judgedBy);
          keep(nameOf(key), begun);
          return begun;
        },
        set(key, state) {
          if (key !== keys[0]) throw new Error("a state was set that is not its record's first key");
          pending = state;
        },
        settle() {
          const [own] = keys;
          if (pending !== undefined && own !== undefined) keep(nameOf(own), pending);
        },
      };
    },
  };
}

function hasTemplate(state: ScorerState): boolean {
  return state.kind === 'cohort' ? state.cohort.activations.length > 0 : state.subject.templateKind === 'own';
}

function overriddenFor(key: string, override: Template | undefined): string | undefined {
  if (override === undefined) return undefined;
  const { kind, tenant, subject, version } = override;
  return key === (kind === 'cohort' ? cohortKey(tenant) : subjectKey(tenant, subject)) ? version : undefined;
}

function activeFor(state: ScorerState, isOwn: boolean, judgedBy: JudgedBy | undefined): string | undefined {
  if (judgedBy === undefined || judgedBy.version === '') return undefined;
  if (state.kind === 'cohort') return judgedBy.kind === 'cohort' ? judgedBy.version : undefined;
  return isOwn && judgedBy.kind === 'own' ? judgedBy.version : undefined;
}
