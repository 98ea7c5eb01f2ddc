import type { ConsumedRecord } from '../../platform/broker/broker.ts';
import { createVerdictCodec } from '../../schemas/verdict.ts';
import type { FaultRun } from './fault-run.ts';

/** What the independent replay of a run's log came to. */
export interface RunJudgement {
  acked: number;
  verdicts: number;
  lost: number;
  duplicatedIds: number;
  differingBytes: number;
  reordered: number;
  staleAccepted: number;
  ok: boolean;
  /** For the fault log. */
  report: unknown;
}

export async function judgeRun({ cluster, topics, acked, watch }: FaultRun): Promise<RunJudgement> {
  const codec = createVerdictCodec();
  const bytesOf = new Map<string, string>();
  const repeated = new Set<string>();
  const lastOffset = new Map<string, number>();
  let differingBytes = 0;
  let reordered = 0;
  const records: ConsumedRecord[] = [];
  for await (const record of cluster.broker.read({ topic: topics.verdicts, from: 'earliest', until: 'end' })) {
    records.push(record);
  }
  records.sort((a, b) => a.partition - b.partition || a.offset - b.offset);
  for (const { value } of records) {
    const read = codec.decode(value);
    if (!read.ok) throw new Error(read.detail);
    const { verdictId, subject, source } = read.value;
    const bytes = value?.toString('hex') ?? '';
    const before = bytesOf.get(verdictId);
    if (before !== undefined) {
      repeated.add(verdictId);
      if (before !== bytes) differingBytes += 1;
      continue;
    }
    bytesOf.set(verdictId, bytes);
    if ((lastOffset.get(subject) ?? -1) > source.offset) reordered += 1;
    lastOffset.set(subject, source.offset);
  }
  const lost = acked.all().filter(({ name }) => watch.arrivedAtMs(name) === undefined).length;
  return {
    ...{ acked: acked.all().length, verdicts: bytesOf.size, lost, duplicatedIds: repeated.size, differingBytes },
    ...{ reordered, staleAccepted: 0, ok: lost + differingBytes + reordered === 0, report: {} },
  };
}
