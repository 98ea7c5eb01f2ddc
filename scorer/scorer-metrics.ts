import type { Counter, Metrics } from '../platform/metrics.ts';

export interface ScorerMetrics {
  verdicts: Counter<'decision' | 'template'>;
  activations: Counter<'outcome'>;
  controls: Counter<'action'>;
  rulings: Counter<'ruling'>;
  templateLoads: Counter<'outcome'>;
}

export function createScorerMetrics(metrics: Metrics): ScorerMetrics {
  return {
    verdicts: metrics.counter({
      name: 'gaitkeeper_verdicts_total',
      help: 'Verdicts by decision and by the kind of template that judged.',
      labelNames: ['decision', 'template'],
    }),
    activations: metrics.counter({
      name: 'gaitkeeper_template_activations_total',
      help: 'Template activations read, by outcome: activated, or why the champion was kept.',
      labelNames: ['outcome'],
    }),
    controls: metrics.counter({
      name: 'gaitkeeper_subject_controls_total',
      help: 'Decisions about subjects that were followed.',
      labelNames: ['action'],
    }),
    rulings: metrics.counter({
      name: 'gaitkeeper_analyst_rulings_total',
      help: "Analysts' rulings on incidents that were followed.",
      labelNames: ['ruling'],
    }),
    templateLoads: metrics.counter({
      name: 'gaitkeeper_template_loads_total',
      help: 'Templates fetched because they were not in the cache, by outcome.',
      labelNames: ['outcome'],
    }),
  };
}
