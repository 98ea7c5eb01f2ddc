import type { BehaviourBatch } from '../detection/words/behaviour.ts';
import { type AnalystRuling, createAnalystRulingCodec } from './analyst-ruling.ts';
import { createBehaviourBatchCodec } from './behaviour-batch.ts';
import { nameOf } from './codec.ts';
import { type Decoded, named, refused } from './decoded.ts';
import { readFrame } from './framing.ts';
import { type ConfluentIds, defaultConfluentIds } from './stored-schemas.ts';
import { createSubjectControlCodec, type SubjectControl } from './subject-control.ts';
import { createTemplateActivationCodec, type TemplateActivation } from './template-activation.ts';

/** What a record of the behaviour topic says. */
export type BehaviourRecord =
  | { kind: 'batch'; value: BehaviourBatch }
  | { kind: 'activation'; value: TemplateActivation }
  | { kind: 'control'; value: SubjectControl }
  | { kind: 'ruling'; value: AnalystRuling };

/** Bytes of the behaviour topic to what they say, and back. Which schema it is follows from the frame alone. */
export interface BehaviourTopicCodec {
  encode(record: BehaviourRecord): Buffer;
  decode(bytes: Buffer | null): Decoded<BehaviourRecord>;
}

/** The one decoder of the behaviour topic, where batches, activations, controls and rulings travel in one order. */
export function createBehaviourTopicCodec(confluentIds: ConfluentIds = defaultConfluentIds()): BehaviourTopicCodec {
  const batches = createBehaviourBatchCodec(confluentIds);
  const activations = createTemplateActivationCodec(confluentIds);
  const controls = createSubjectControlCodec(confluentIds);
  const rulings = createAnalystRulingCodec(confluentIds);
  return {
    encode(record) {
      switch (record.kind) {
        case 'batch':
          return batches.encode(record.value);
        case 'activation':
          return activations.encode(record.value);
        case 'control':
          return controls.encode(record.value);
        case 'ruling':
          return rulings.encode(record.value);
      }
    },
    decode(bytes) {
      if (bytes === null) return refused('empty', 'the record has no value');
      const frame = readFrame(bytes);
      if (!frame.ok) return frame;
      if (batches.owns(frame)) return named('batch', batches.decode(bytes));
      if (activations.owns(frame)) return named('activation', activations.decode(bytes));
      if (controls.owns(frame)) return named('control', controls.decode(bytes));
      if (rulings.owns(frame)) return named('ruling', rulings.decode(bytes));
      return refused('unknown-schema', `${nameOf(frame)} is none of the behaviour topic's schemas`);
    },
  };
}
