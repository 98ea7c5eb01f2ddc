import { alertingGroupOf } from '../../alerting/stage-groups.ts';
import type { Broker } from '../../platform/broker/broker.ts';
import type { RunTopics } from '../pipeline/installation.ts';

/** How far the chain of alerting has come. */
export interface ChainProgress {
  /** Verdicts whose revisions are in the topic, and whose states are stored. */
  verdicts: number;
  /** Every stage has committed everything that its topic holds. */
  isThrough: boolean;
}

/** Asks the groups of the stages that work on incidents; commits come last, so what is counted is durable. */
export async function chainProgress(broker: Broker, topics: RunTopics): Promise<ChainProgress> {
  const group = `${topics.prefix}alerting`;
  const doneIn = async (name: string, topic: string) => {
    // Asked first: what comes in between is waited for the next time.
    const ends = (await broker.offsets(topic)).reduce((sum, { high }) => sum + high, 0);
    const committed = await broker.committedOffsets(name, topic);
    const done = committed.reduce((sum, { offset }) => sum + Math.max(0, offset), 0);
    return { done, isThrough: done >= ends };
  };
  const incidents = await doneIn(alertingGroupOf(group, 'incidents'), topics.verdicts);
  const publishing = await doneIn(alertingGroupOf(group, 'publishing'), topics.incidents);
  const entityRisk = await doneIn(alertingGroupOf(group, 'entity-risk'), topics.incidents);
  const isThrough = incidents.isThrough && publishing.isThrough && entityRisk.isThrough;
  return { verdicts: incidents.done, isThrough };
}
