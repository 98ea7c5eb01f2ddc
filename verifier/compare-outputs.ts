import type { RecordPosition } from '../platform/broker/broker.ts';
import type { FindingList, Place } from './finding-list.ts';
import { compareForms, type Form, type FoundOutput, recordsOf } from './found-outputs.ts';
import { type AboutVerdict, deadLetterIdOf, type Outputs } from './read-outputs.ts';
import type { ExpectedOutcome } from './replay.ts';
import type { ReplayedSubject } from './replayed-partition.ts';
import type { VerifyOptions } from './verify-options.ts';
import type { FindingKind, OutputCounts } from './verify-report.ts';

/** What was counted along the way; the rest follows from the findings. */
export interface OutputTally {
  verdicts: number;
  duplicatedIds: number;
  duplicateRecords: number;
  pending: number;
  unverifiable: number;
  beforeSnapshot: number;
  templatesUnused: number;
  templatesMissing: number;
  deadLetters: Pick<OutputCounts, 'expected' | 'duplicatedIds'>;
}

/** What the comparison needs to know. */
export interface CompareOutputsOptions {
  options: VerifyOptions;
  outputs: Outputs;
  findings: FindingList;
  /** Whether alerting must have worked through the verdict at the position. */
  alerted(verdict: { partition: number; offset: number }): boolean;
}

/** Lays what was put out beside what each input record must have led to. */
export interface OutputComparison {
  /** `dueOffset`: the scorer was done with everything up to here before anything was read. */
  compare(record: RecordPosition, outcome: ExpectedOutcome, dueOffset: number): void;
  /** Accuses what belongs to no input. */
  atEnd(partitions: ReadonlyMap<number, { firstOffset: number }>): void;
  readonly tally: OutputTally;
}

/** Every output is taken once; what is left at the end was invented. */
export function createOutputComparison(given: CompareOutputsOptions): OutputComparison {
  const { options, outputs, findings, alerted } = given;
  const { topics, alerts: withAlerts = true } = options;
  const tally: OutputTally = {
    verdicts: 0,
    duplicatedIds: 0,
    duplicateRecords: 0,
    pending: 0,
    unverifiable: 0,
    beforeSnapshot: 0,
    templatesUnused: 0,
    templatesMissing: 0,
    deadLetters: { expected: 0, duplicatedIds: 0 },
  };
  const placeOf = ({ topic, partition, offset }: RecordPosition, verdictId?: string): Place =>
    verdictId === undefined ? { topic, partition, offset } : { topic, partition, offset, verdictId };

  function accuseForms(place: Place, forms: readonly Form<AboutVerdict>[], subject: ReplayedSubject, right: string) {
    for (const { about, records } of forms) {
      if (about.templateVersion === right) {
        findings.add('differing-verdict', place, `${records} of its records have other bytes`, records);
      } else {
        const detail = `judged by ${templateInWords(about.templateVersion, subject)}`;
        findings.add('stale-template', place, detail, records);
      }
    }
  }

  function checkOrder(subject: ReplayedSubject, { partition, offset }: RecordPosition, place: Place): void {
    const { lastVerdict } = subject;
    if (lastVerdict?.partition === partition && offset < lastVerdict.offset) {
      findings.add('reordered-verdict', place, 'its verdict stands before that of an earlier batch of the subject');
      return;
    }
    subject.lastVerdict = { partition, offset };
  }

  /** The verdict of a batch, with what must hold whatever its bytes are. */
  function takeVerdict(subject: ReplayedSubject, place: Place & { verdictId: string }, dueOffset: number) {
    const found = outputs.verdicts.take(place.verdictId);
    if (found === undefined) {
      if (place.offset > dueOffset) tally.pending += 1;
      else findings.add('lost-verdict', place, 'the batch has no verdict');
      return undefined;
    }
    tally.verdicts += 1;
    tally.duplicateRecords += recordsOf(found) - 1;
    if (found.forms.some(({ records }) => records > 1)) tally.duplicatedIds += 1;
    checkOrder(subject, found.first, place);
    return found;
  }

  function compareVerdict(
    place: Place,
    { subject, verdict, bytes, templateAway }: ExpectedOutcome & { kind: 'verdict' },
    dueOffset: number,
  ): void {
    if (templateAway) tally.templatesUnused += 1;
    else if (verdict.reason === 'template-unavailable') tally.templatesMissing += 1;
    const { verdictId } = verdict;
    const found = takeVerdict(subject, { ...place, verdictId }, dueOffset);
    if (found !== undefined) {
      const { others } = compareForms(found, bytes);
      accuseForms({ ...place, verdictId }, others, subject, verdict.templateVersion);
    }
  }

  function compareSome(
    place: Place,
    { subject, verdictId, beforeSnapshot }: ExpectedOutcome & { kind: 'some-verdict' },
    dueOffset: number,
  ): void {
    tally.unverifiable += 1;
    if (beforeSnapshot) tally.beforeSnapshot += 1;
    const found = takeVerdict(subject, { ...place, verdictId }, dueOffset);
    for (const { records } of found?.forms.slice(1) ?? []) {
      const detail = `${records} of its records have other bytes than the first one`;
      findings.add('differing-verdict', { ...place, verdictId }, detail, records);
    }
  }

  function accuse(kind: FindingKind, place: Place, forms: readonly Form<unknown>[]): void {
    for (const { records } of forms) findings.add(kind, place, `${records} of its records have other bytes`, records);
  }

  function compareDeadLetter(place: Place, found: FoundOutput<unknown> | undefined, bytes: Buffer, due: boolean): void {
    tally.deadLetters.expected += 1;
    if (found === undefined) {
      if (due) findings.add('dead-letter-missing', place, 'the record cannot be scored, and was not set aside');
      else tally.pending += 1;
      return;
    }
    if (found.forms.some(({ records }) => records > 1)) tally.deadLetters.duplicatedIds += 1;
    accuse('differing-dead-letter', place, compareForms(found, bytes).others);
  }

  function refusedVerdictsAtEnd(): void {
    if (!withAlerts) return;
    for (const [id, { position, bytes }] of outputs.refusedVerdicts) {
      compareDeadLetter(placeOf(position), outputs.deadLetters.take(id), bytes, alerted(position));
    }
  }

  return {
    tally,
    compare(record, outcome, dueOffset) {
      const place = placeOf(record);
      const letterId = deadLetterIdOf('scorer', record);
      switch (outcome.kind) {
        case 'verdict':
          return compareVerdict(place, outcome, dueOffset);
        case 'some-verdict':
          return compareSome(place, outcome, dueOffset);
        case 'dead-letter': {
          const found = outputs.deadLetters.take(letterId);
          if (outcome.followed === 'sound-now') tally.templatesUnused += 1;
          if (outcome.followed === 'fails-otherwise') tally.unverifiable += 1;
          return compareDeadLetter(place, found, outcome.bytes, record.offset <= dueOffset);
        }
        case 'accepted':
          return;
      }
    },
    atEnd(partitions) {
      refusedVerdictsAtEnd();
      const isOlder = ({ topic, partition, offset }: RecordPosition) =>
        topic === topics.behaviour && offset < (partitions.get(partition)?.firstOffset ?? 0);
      for (const [verdictId, { first, forms }] of outputs.verdicts.left()) {
        const source = forms[0]?.about.source;
        if (source !== undefined && isOlder(source)) outputs.beforeLog += 1;
        else
          for (const { records } of forms) {
            findings.add(
              'unexpected-verdict',
              placeOf(first, verdictId),
              'no batch of the log has this verdict',
              records,
            );
          }
      }
      for (const [, { first, forms }] of outputs.deadLetters.left()) {
        const source = forms[0]?.about.source;
        if (source !== undefined && isOlder(source)) continue;
        findings.add(
          'unexpected-dead-letter',
          placeOf(first),
          'the record that it sets aside was accepted, or is none',
        );
      }
    },
  };
}

function templateInWords(version: string, { judgedBy }: ReplayedSubject): string {
  if (version === '') return 'no template although one was active';
  return judgedBy.has(version)
    ? 'a template that judged the subject before, and is not active any more'
    : 'a template that was not to judge the subject by then';
}
