/** What a worker that watches itself prints: the ceiling's, and that of one without the guarantee. */
export interface OwnFigures {
  perSecond: number;
  /** Processor time per record, user and system, µs. */
  cpuMicrosPerRecord: number;
}

/** Counts answered records from `warmUpRecords` on, until all are. */
export interface OwnWatch {
  answered(records: number): void;
  /** Resolves at the last record. */
  figures: Promise<OwnFigures>;
}

function cpuMicros(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

/** A watch that ends after `records`. */
export function watchOwnFigures({ records, warmUpRecords }: { records: number; warmUpRecords: number }): OwnWatch {
  let finish: (figures: OwnFigures) => void = () => undefined;
  const figures = new Promise<OwnFigures>((resolve) => {
    finish = resolve;
  });
  let count = 0;
  let start: { at: number; cpuMicros: number; count: number } | undefined;
  return {
    figures,
    answered(more) {
      count += more;
      if (start === undefined) {
        if (count >= warmUpRecords) start = { at: performance.now(), cpuMicros: cpuMicros(), count };
        return;
      }
      if (count < records) return;
      const counted = count - start.count;
      finish({
        perSecond: counted / ((performance.now() - start.at) / 1000),
        cpuMicrosPerRecord: (cpuMicros() - start.cpuMicros) / counted,
      });
    },
  };
}
