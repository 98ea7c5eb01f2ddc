import { describe, expect, it } from '@jest/globals';
import { createMetrics } from './metrics.ts';

describe('metrics', () => {
  it('appear on the page with what was counted', async () => {
    const metrics = createMetrics();
    const verdicts = metrics.counter({
      name: 'gaitkeeper_verdicts_total',
      help: 'Verdicts.',
      labelNames: ['decision'],
    });
    verdicts.inc({ decision: 'genuine' }, 2);
    verdicts.inc({ decision: 'impostor' });
    metrics.counter({ name: 'gaitkeeper_events_scored_total', help: 'Events.' }).inc(7);
    const scoring = {
      name: 'gaitkeeper_batch_scoring_duration_seconds',
      help: 'Time to judge a batch.',
      buckets: [0.001, 0.01],
    };
    metrics.histogram(scoring).observe(0.005);
    const page = await metrics.exposition();
    expect(page).toContain('gaitkeeper_verdicts_total{decision="genuine"} 2');
    expect(page).toContain('gaitkeeper_verdicts_total{decision="impostor"} 1');
    expect(page).toContain('gaitkeeper_events_scored_total 7');
    expect(page).toContain('gaitkeeper_batch_scoring_duration_seconds_bucket{le="0.001"} 0');
    expect(page).toContain('gaitkeeper_batch_scoring_duration_seconds_bucket{le="0.01"} 1');
  });

  it('drop a removed series, such as a partition that moved away', async () => {
    const metrics = createMetrics();
    const lag = metrics.gauge({
      name: 'gaitkeeper_consumer_lag_records',
      help: 'Lag.',
      labelNames: ['topic', 'partition'],
    });
    lag.set({ topic: 'behaviour', partition: 0 }, 5);
    lag.set({ topic: 'behaviour', partition: 1 }, 9);
    lag.remove({ topic: 'behaviour', partition: 0 });
    const page = await metrics.exposition();
    expect(page).not.toContain('partition="0"');
    expect(page).toContain('gaitkeeper_consumer_lag_records{topic="behaviour",partition="1"} 9');
  });

  it.each(['subject', 'user', 'device', 'subject_id', 'user_name', 'session', 'source_ip', 'key', 'email', 'batch_id'])(
    'refuse the label %s at definition',
    (label) => {
      const define = () =>
        createMetrics().counter({ name: 'gaitkeeper_things_total', help: 'Things.', labelNames: [label] });
      expect(define).toThrow(label);
    },
  );

  it.each(['topic', 'partition', 'reason', 'decision', 'severity', 'modality', 'stage', 'status', 'version'])(
    'accept the label %s',
    (label) => {
      const define = () =>
        createMetrics().counter({ name: 'gaitkeeper_things_total', help: 'Things.', labelNames: [label] });
      expect(define).not.toThrow();
    },
  );

  it('refuse names outside the naming rules', () => {
    const metrics = createMetrics();
    expect(() => metrics.counter({ name: 'verdicts_total', help: '.' })).toThrow('gaitkeeper_');
    expect(() => metrics.counter({ name: 'gaitkeeper_verdicts', help: '.' })).toThrow('_total');
    expect(() => metrics.gauge({ name: 'gaitkeeper_lag_total', help: '.' })).toThrow('_total');
  });

  it('share a metric defined twice alike, and refuse one defined differently', async () => {
    const metrics = createMetrics();
    const define = (labelNames: readonly string[]) =>
      metrics.counter({ name: 'gaitkeeper_dead_letters_total', help: 'Dead letters.', labelNames });
    define(['reason']).inc({ reason: 'truncated' });
    define(['reason']).inc({ reason: 'truncated' });
    expect(await metrics.exposition()).toContain('gaitkeeper_dead_letters_total{reason="truncated"} 2');
    expect(() => define(['stage'])).toThrow('twice');
  });

  it('say what runs, and show the process only when asked', async () => {
    const plain = await createMetrics({ build: { version: '1.2.3', commit: 'abc' } }).exposition();
    expect(plain).toContain('gaitkeeper_build_info{version="1.2.3",commit="abc"} 1');
    expect(plain).not.toContain('process_cpu');
    expect(await createMetrics({ processMetrics: true }).exposition()).toContain('process_cpu');
  });

  it('keep two registries apart', async () => {
    const one = createMetrics();
    const definition = { name: 'gaitkeeper_events_scored_total', help: 'Events.' };
    one.counter(definition).inc(3);
    const other = createMetrics();
    other.counter(definition).inc(4);
    expect(await one.exposition()).toContain('gaitkeeper_events_scored_total 3');
    expect(await other.exposition()).toContain('gaitkeeper_events_scored_total 4');
  });
});
