import { type Finding, type FindingKind, findingKinds } from './verify-report.ts';

/** Where something is amiss. */
export type Place = Pick<Finding, 'topic' | 'partition' | 'offset' | 'verdictId' | 'incidentId' | 'alertId'>;

/** Everything that was found amiss: counted completely, listed up to a bound. */
export interface FindingList {
  /** `records`: how many records of a topic the one finding stands for. */
  add(kind: FindingKind, place: Place, detail: string, records?: number): void;
  /** Records behind all findings of the kinds. */
  count(...kinds: FindingKind[]): number;
  listed(): Finding[];
  leftOut(): number;
}

/** Keeps the first `maxFindings`. */
export function createFindingList(maxFindings: number): FindingList {
  const listed: Finding[] = [];
  const counts = new Map<FindingKind, number>();
  let leftOut = 0;
  return {
    add(kind, { topic, partition, offset, verdictId, incidentId, alertId }, detail, records = 1) {
      counts.set(kind, (counts.get(kind) ?? 0) + records);
      if (listed.length >= maxFindings) {
        leftOut += 1;
        return;
      }
      listed.push({
        invariant: findingKinds[kind],
        kind,
        topic,
        partition,
        offset,
        ...(verdictId === undefined ? {} : { verdictId }),
        ...(incidentId === undefined ? {} : { incidentId }),
        ...(alertId === undefined ? {} : { alertId }),
        detail,
      });
    },
    count: (...kinds) => kinds.reduce((sum, kind) => sum + (counts.get(kind) ?? 0), 0),
    listed: () => listed,
    leftOut: () => leftOut,
  };
}
