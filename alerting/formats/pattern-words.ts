import type { IncidentPattern } from '../../schemas/incident.ts';

/** How a pattern is named to an analyst. */
interface PatternWords {
  ruleId: string;
  ruleName: string;
  /** Harmless explanations to rule out before anybody is accused, whatever the facts. */
  standingExplanations: readonly string[];
}

export const patternWords = {
  'behaviour-mismatch': {
    ruleId: 'gaitkeeper.behaviour-mismatch',
    ruleName: 'Behaviour does not match the enrolled person',
    standingExplanations: [
      'a new keyboard, mouse or chair',
      'an injury or an assistive tool',
      'a colleague who helped out at the desk',
    ],
  },
  'input-injection': {
    ruleId: 'gaitkeeper.input-injection',
    ruleName: 'Input has the cadence of a machine',
    standingExplanations: [
      'a text expander or macro keyboard',
      'an approved automation tool',
      'assistive input software',
    ],
  },
  'activity-surprise': {
    ruleId: 'gaitkeeper.activity-surprise',
    ruleName: 'Far more of one kind of work than the account does',
    standingExplanations: [
      'a migration or clean-up that was asked for',
      'cover for absent colleagues',
      'a new task or role',
    ],
  },
} as const satisfies Record<IncidentPattern, PatternWords>;

/** The rule that says how much was held back of a flood of incidents. */
export const heldBackWords = {
  action: 'alerts-held-back',
  ruleId: 'gaitkeeper.alerts-held-back',
  ruleName: 'More alerts than are told in an hour',
} as const;
