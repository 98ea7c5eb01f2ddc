import type { TopicNames } from '../../schemas/topic-names.ts';
import type { AlertFormat } from './format.ts';

/** The topics of {@link TopicNames} that alerts are written to. */
export type AlertTopicNames = Pick<
  TopicNames,
  'alerts' | 'alertsOcsf' | 'alertsCef' | 'alertsLeef' | 'alertsSplunkRisk'
>;

/** The topic of each format. */
export function alertTopicsOf(topics: AlertTopicNames): Readonly<Record<AlertFormat, string>> {
  return {
    ecs: topics.alerts,
    ocsf: topics.alertsOcsf,
    cef: topics.alertsCef,
    leef: topics.alertsLeef,
    'splunk-risk': topics.alertsSplunkRisk,
  };
}
