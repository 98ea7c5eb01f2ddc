import type { RuleFamily } from './episode.ts';

/** What a rule family says in the words of MITRE ATT&CK, and how it is named to an analyst. */
export interface AttackPattern {
  ruleId: string;
  ruleName: string;
  action: string;
  tactic: { id: string; name: string };
  technique: { id: string; name: string };
  /** Harmless explanations to rule out before anybody is accused. */
  otherExplanations: readonly string[];
}

/**
 * Release of MITRE ATT&CK Enterprise that the ids below were checked against. Input Injection exists since 17; tactics move
 * between releases, so another release means checking again.
 */
export const attackVersion = '18.1';

/**
 * Of the rules and of the document that tells of them. Raised with every change to an alert's bytes, and never by a release
 * alone: an alert that a newer program writes again, after a crash or a loss, must have the bytes of the first one.
 */
export const alertRulesVersion = '1';

export const attackPatterns = {
  'behaviour-mismatch': {
    ruleId: 'gaitkeeper.behaviour-mismatch',
    ruleName: 'Behaviour does not match the enrolled person',
    action: 'behaviour-mismatch',
    tactic: { id: 'TA0001', name: 'Initial Access' },
    technique: { id: 'T1078', name: 'Valid Accounts' },
    otherExplanations: [
      'a new keyboard, mouse or chair',
      'remote-desktop or virtual-machine timing',
      'an injury or an assistive tool',
      'a template enrolled on little history',
    ],
  },
  'input-injection': {
    ruleId: 'gaitkeeper.input-injection',
    ruleName: 'Input has the cadence of a machine',
    action: 'input-injection',
    tactic: { id: 'TA0002', name: 'Execution' },
    technique: { id: 'T1674', name: 'Input Injection' },
    otherExplanations: ['a text expander or macro keyboard', 'an approved automation tool', 'assistive input software'],
  },
  'activity-surprise': {
    ruleId: 'gaitkeeper.activity-surprise',
    ruleName: 'Far more of one kind of work than the account does',
    action: 'activity-surprise',
    tactic: { id: 'TA0009', name: 'Collection' },
    technique: { id: 'T1213', name: 'Data from Information Repositories' },
    otherExplanations: [
      'a migration or clean-up that was asked for',
      'cover for absent colleagues',
      'a new task or role',
    ],
  },
} as const satisfies Record<RuleFamily, AttackPattern>;
