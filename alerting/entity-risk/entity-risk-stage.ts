import type { KeyedStage } from '../../platform/stage/keyed-stage.ts';
import { createDeadLetterCodec, deadLetterOf } from '../../schemas/dead-letter.ts';
import { createIncidentRecordReader } from '../incident-record-reader.ts';
import { type EntityRisk, noRisk, withRevision } from './entity-risk.ts';
import { entityRiskLine } from './entity-risk-document.ts';

/** What the stage is given. */
export interface EntityRiskDependencies {
  topics: { incidents: string; entityRisk: string; deadLetters: string };
  group: string;
}

const stageName = 'alerting-entity-risk';
/** First byte of a stored state; JSON follows. A reader refuses every other one. */
const stateTag = 1;

/** Revisions of incidents in, the rolling risk of their subjects out: a record at each revision that changes it. */
export function createEntityRiskStage({ topics, group }: EntityRiskDependencies): KeyedStage<EntityRisk> {
  const read = createIncidentRecordReader();
  const deadLetters = createDeadLetterCodec();
  const keyOf = ({ tenant, subject }: { tenant: string; subject: string }) => `${subject}:${tenant}`;
  return {
    name: stageName,
    group,
    inputTopic: topics.incidents,
    keysOf(record) {
      const found = read(record);
      return found.ok && found.record.kind === 'incident' ? [keyOf(found.record.value)] : [];
    },
    decodeState(bytes) {
      if (bytes === undefined) return noRisk;
      if (bytes[0] !== stateTag) throw new TypeError(`a stored entity risk has the unknown tag ${bytes[0]}`);
      return JSON.parse(bytes.toString('utf8', 1)) as EntityRisk;
    },
    encodeState: (state) => Buffer.concat([Buffer.of(stateTag), Buffer.from(JSON.stringify(state))]),
    step(record, states) {
      const found = read(record);
      if (!found.ok) return { kind: 'dead-letter', reason: found.reason, detail: found.detail };
      if (found.record.kind === 'suppression') return { kind: 'emit', records: [] }; // what is told is no matter of risk
      const incident = found.record.value;
      const key = keyOf(incident);
      const before = states.get(key);
      const after = withRevision(before, incident);
      if (after === before) return { kind: 'emit', records: [] };
      states.set(key, after);
      const value = entityRiskLine(incident.tenant, incident.subject, after);
      return { kind: 'emit', records: [{ topic: topics.entityRisk, key: record.key, value }] };
    },
    deadLetter(record, reason, detail) {
      const found = read(record);
      const tenant = found.ok ? found.record.value.tenant : found.tenant;
      const letter = deadLetterOf(record, { stage: stageName, reason, detail, tenant });
      return { topic: topics.deadLetters, key: record.key, value: deadLetters.encode(letter) };
    },
  };
}
