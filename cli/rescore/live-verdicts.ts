import type { Decision } from '../../detection/words/verdict.ts';
import { decisions } from '../../detection/words/verdict.ts';
import type { Broker } from '../../platform/broker/broker.ts';
import { exitCodes } from '../../platform/exit-codes.ts';
import type { TopicNames } from '../../schemas/topic-names.ts';
import { createVerdictCodec } from '../../schemas/verdict.ts';
import { Refusal } from '../config-options.ts';

/** The template that judged a batch; an empty version for none. */
export interface JudgedBy {
  kind: 'own' | 'cohort' | 'none';
  version: string;
}

/** What the running system said of a batch. */
export interface LiveVerdict {
  decision: Decision;
  judgedBy: JudgedBy;
}

/** The running system's verdicts, by where their batch stands. */
export interface LiveVerdicts {
  at(partition: number, offset: number): LiveVerdict | undefined;
}

/** What is read of the verdict topic. */
export interface ReadLiveVerdictsOptions {
  broker: Pick<Broker, 'read' | 'offsets'>;
  topics: TopicNames;
  /** Only verdicts on this partition's batches; `undefined` for all. */
  partition: number | undefined;
  onRead?: (records: number) => void;
}

/** About 500 MB. */
const maxVerdicts = 10_000_000;

/** Decision and template of every verdict whose batch the behaviour topic still keeps, as one number each. */
export async function readLiveVerdicts({
  broker,
  topics,
  partition,
  onRead,
}: ReadLiveVerdictsOptions): Promise<LiveVerdicts> {
  const kept = new Map((await broker.offsets(topics.behaviour)).map((each) => [each.partition, each.low]));
  const codec = createVerdictCodec();
  const found = new Map<number, Map<number, number>>();
  const templates: JudgedBy[] = [];
  const numberOf = new Map<string, number>();
  let verdicts = 0;
  let records = 0;

  function templateNumber(judgedBy: JudgedBy): number {
    const name = `${judgedBy.kind}/${judgedBy.version}`;
    const known = numberOf.get(name);
    if (known !== undefined) return known;
    numberOf.set(name, templates.length);
    return templates.push(judgedBy) - 1;
  }

  for await (const { value } of broker.read({ topic: topics.verdicts, from: 'earliest', until: 'end' })) {
    records += 1;
    onRead?.(records);
    const read = codec.decode(value);
    if (!read.ok) continue;
    const { source, decision, templateKind, templateVersion } = read.value;
    const low = kept.get(source.partition);
    if (source.topic !== topics.behaviour || low === undefined || source.offset < low) continue;
    if (partition !== undefined && source.partition !== partition) continue;
    if (verdicts === maxVerdicts) {
      throw new Refusal(
        `more than ${maxVerdicts} verdicts\n  fix: one partition at a time, as --from 0/0`,
        exitCodes.usage,
      );
    }
    verdicts += 1;
    const ofPartition = found.get(source.partition) ?? new Map<number, number>();
    found.set(source.partition, ofPartition);
    const judgedBy = templateNumber({ kind: templateKind, version: templateVersion });
    ofPartition.set(source.offset, judgedBy * decisions.length + decisions.indexOf(decision));
  }

  return {
    at(ofPartition, offset) {
      const packed = found.get(ofPartition)?.get(offset);
      if (packed === undefined) return undefined;
      const decision = decisions[packed % decisions.length];
      const judgedBy = templates[Math.floor(packed / decisions.length)];
      return decision === undefined || judgedBy === undefined ? undefined : { decision, judgedBy };
    },
  };
}
