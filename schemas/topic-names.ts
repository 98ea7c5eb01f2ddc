/** The topics of an installation, by what they carry. `deploy/topics.yaml` defines them. */
export interface TopicNames {
  behaviour: string;
  verdicts: string;
  /** Revisions of incidents, and the suppression rules that alerts of them follow. */
  incidents: string;
  /** Alerts in Elastic Common Schema; the other formats have a topic each. */
  alerts: string;
  alertsOcsf: string;
  alertsCef: string;
  alertsLeef: string;
  alertsSplunkRisk: string;
  /** What analysts said of incidents. */
  feedback: string;
  /** The rolling risk of each subject. */
  entityRisk: string;
  /** Whom the outside is asked to authenticate anew. */
  responseRequests: string;
  /** Whom pseudonyms stand for, sealed. */
  directory: string;
  deadLetters: string;
  templates: string;
  snapshots: string;
}

/** The topic names under a prefix such as `gaitkeeper.`; the version at the end changes with an incompatible schema. */
export function topicNames(prefix: string): TopicNames {
  return {
    behaviour: `${prefix}behaviour.v1`,
    verdicts: `${prefix}verdicts.v1`,
    incidents: `${prefix}incidents.v1`,
    alerts: `${prefix}alerts.v1`,
    alertsOcsf: `${prefix}alerts-ocsf.v1`,
    alertsCef: `${prefix}alerts-cef.v1`,
    alertsLeef: `${prefix}alerts-leef.v1`,
    alertsSplunkRisk: `${prefix}alerts-splunk-risk.v1`,
    feedback: `${prefix}feedback.v1`,
    entityRisk: `${prefix}entity-risk.v1`,
    responseRequests: `${prefix}response-requests.v1`,
    directory: `${prefix}directory.v1`,
    deadLetters: `${prefix}dead-letters.v1`,
    templates: `${prefix}templates.v1`,
    snapshots: `${prefix}snapshots.v1`,
  };
}
