/** The topics of an installation, by what they carry. `deploy/topics.yaml` defines them. */
export interface TopicNames {
  behaviour: string;
  verdicts: string;
  alerts: string;
  deadLetters: string;
  templates: string;
  snapshots: string;
}

/** The topic names under a prefix such as `gaitkeeper.`; the version at the end changes with an incompatible schema. */
export function topicNames(prefix: string): TopicNames {
  return {
    behaviour: `${prefix}behaviour.v1`,
    verdicts: `${prefix}verdicts.v1`,
    alerts: `${prefix}alerts.v1`,
    deadLetters: `${prefix}dead-letters.v1`,
    templates: `${prefix}templates.v1`,
    snapshots: `${prefix}snapshots.v1`,
  };
}
