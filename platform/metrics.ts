import {
  collectDefaultMetrics,
  Counter as PromCounter,
  Gauge as PromGauge,
  Histogram as PromHistogram,
  Registry,
} from 'prom-client';
import { assertMetricName, assertPersonlessLabels } from './metric-names.ts';

/** One value per label of a metric, none left out. */
export type LabelValues<Label extends string> = Readonly<Record<Label, string | number>>;

/** Counts events. `amount` is 1 unless given, never negative. */
export type Counter<Label extends string = never> = [Label] extends [never]
  ? { inc(amount?: number): void }
  : { inc(labels: LabelValues<Label>, amount?: number): void };

/** A value that rises and falls. `remove` ends a series, for example of a partition that went to another member. */
export type Gauge<Label extends string = never> = [Label] extends [never]
  ? { set(value: number): void }
  : { set(labels: LabelValues<Label>, value: number): void; remove(labels: LabelValues<Label>): void };

/** A distribution in the unit of the metric's name. */
export type Histogram<Label extends string = never> = [Label] extends [never]
  ? { observe(value: number): void }
  : { observe(labels: LabelValues<Label>, value: number): void };

/** A metric's name, help and labels. */
export interface MetricDefinition<Label extends string> {
  /** `gaitkeeper_`, then base units with a plural unit suffix; `_total` on counters. */
  name: string;
  help: string;
  labelNames?: readonly Label[];
}

/** A metric whose values are counted in buckets. */
export interface HistogramDefinition<Label extends string> extends MetricDefinition<Label> {
  /** Upper bounds in ascending order, in the unit of the name. */
  buckets: readonly number[];
}

/** What code that counts needs. Defining the same metric again returns the first one, so that stages in one process may share it. */
export interface Metrics {
  /** @throws on a metric whose name breaks the naming rules, or whose label could name a person. */
  counter<Label extends string = never>(definition: MetricDefinition<Label>): Counter<Label>;
  /** @throws as `counter`. */
  gauge<Label extends string = never>(definition: MetricDefinition<Label>): Gauge<Label>;
  /** @throws as `counter`. */
  histogram<Label extends string = never>(definition: HistogramDefinition<Label>): Histogram<Label>;
}

/** Metrics with their page for Prometheus. */
export interface MetricsRegistry extends Metrics {
  readonly contentType: string;
  /** Everything counted so far, in Prometheus' text format. */
  exposition(): Promise<string>;
}

/** What a registry holds from the beginning. */
export interface MetricsOptions {
  /** What runs, on `gaitkeeper_build_info`. */
  build?: { version: string; commit: string };
  /** Also Node's own process metrics (`process_*`, `nodejs_*`). */
  processMetrics?: boolean;
}

type Kind = 'counter' | 'gauge' | 'histogram';
type Instrument = PromCounter<string> | PromGauge<string> | PromHistogram<string>;

/** Metrics in a registry of their own: two in one process know nothing of each other. */
export function createMetrics(options: MetricsOptions = {}): MetricsRegistry {
  const registry = new Registry();
  const defined = new Map<string, { fingerprint: string; instrument: Instrument }>();

  function define(kind: Kind, definition: MetricDefinition<string>, create: () => Instrument): Instrument {
    const { name, help, labelNames = [] } = definition;
    assertMetricName(kind, name);
    assertPersonlessLabels(name, labelNames);
    const fingerprint = JSON.stringify([
      kind,
      help,
      labelNames,
      (definition as Partial<HistogramDefinition<string>>).buckets,
    ]);
    const before = defined.get(name);
    if (before === undefined) {
      const instrument = create();
      defined.set(name, { fingerprint, instrument });
      return instrument;
    }
    if (before.fingerprint !== fingerprint) throw new Error(`metric ${name} is defined twice, differently`);
    return before.instrument;
  }

  /** What prom-client is given; it registers itself at construction. */
  const configuration = ({ name, help, labelNames = [] }: MetricDefinition<string>) => ({
    name,
    help,
    labelNames: [...labelNames],
    registers: [registry],
  });

  // The instruments are prom-client's own: the types above only narrow its overloads to "every label, or none".
  const metrics: Metrics = {
    counter: <Label extends string>(definition: MetricDefinition<Label>) =>
      define('counter', definition, () => new PromCounter(configuration(definition))) as unknown as Counter<Label>,
    gauge: <Label extends string>(definition: MetricDefinition<Label>) =>
      define('gauge', definition, () => new PromGauge(configuration(definition))) as unknown as Gauge<Label>,
    histogram: <Label extends string>(definition: HistogramDefinition<Label>) =>
      define(
        'histogram',
        definition,
        () => new PromHistogram({ ...configuration(definition), buckets: [...definition.buckets] }),
      ) as unknown as Histogram<Label>,
  };

  if (options.processMetrics === true) collectDefaultMetrics({ register: registry });
  if (options.build !== undefined) {
    metrics
      .gauge({ name: 'gaitkeeper_build_info', help: 'What runs: always 1.', labelNames: ['version', 'commit'] })
      .set(options.build, 1);
  }
  return { ...metrics, contentType: registry.contentType, exposition: () => registry.metrics() };
}
