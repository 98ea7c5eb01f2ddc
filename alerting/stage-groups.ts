/** The stages that run in the alerting process. */
export const alertingStages = ['incidents', 'publishing', 'entity-risk', 'feedback', 'webhooks'] as const;
/** One of {@link alertingStages}. */
export type AlertingStage = (typeof alertingStages)[number];

/** The consumer group of each stage: that of the incidents has the configured name, the others add their own to it. */
export function alertingGroupOf(alertingGroup: string, stage: AlertingStage): string {
  return stage === 'incidents' ? alertingGroup : `${alertingGroup}-${stage}`;
}
