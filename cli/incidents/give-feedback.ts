import { feedbackLine } from '../../alerting/feedback/feedback-record.ts';
import type { RulingWord } from '../../detection/words/verdict.ts';
import type { Broker, RecordPosition } from '../../platform/broker/broker.ts';
import { exitCodes } from '../../platform/exit-codes.ts';
import { type AnalystRuling, problemOfRuling } from '../../schemas/analyst-ruling.ts';
import type { TopicNames } from '../../schemas/topic-names.ts';
import { Refusal } from '../config-options.ts';
import { findIncident } from './find-incident.ts';

/** What an analyst says of which incident. */
export interface GivenFeedback {
  incidentId: string;
  ruling: RulingWord;
  by: string;
  ruledAtMs: number;
}

/** A ruling and where it stands now. */
export interface RecordedFeedback {
  ruling: AnalystRuling;
  recordedAt: RecordPosition | undefined;
}

/** Writes a ruling on an incident of the incident topic to the feedback topic. @throws Refusal where there is no such incident, or the ruling is not valid */
export async function giveFeedback(
  around: { broker: Pick<Broker, 'read' | 'produce'>; topics: TopicNames; onRead?: (records: number) => void },
  { incidentId, ruling: word, by, ruledAtMs }: GivenFeedback,
): Promise<RecordedFeedback> {
  const { broker, topics, onRead } = around;
  const [{ tenant, subject }] = await findIncident({ broker, topic: topics.incidents, onRead }, incidentId);
  const ruling: AnalystRuling = { tenant, subject, incidentId, ruling: word, by, ruledAtMs };
  const problem = problemOfRuling(ruling);
  if (problem !== undefined) throw new Refusal(`the ruling is not valid: ${problem}`, exitCodes.usage);
  const record = { topic: topics.feedback, key: Buffer.from(subject), value: feedbackLine(ruling) };
  const [recordedAt] = await broker.produce([record]);
  return { ruling, recordedAt };
}
