import { expect, it } from '@jest/globals';
import { readMetrics } from './member-metrics.ts';

const text = `# HELP gaitkeeper_stage_fenced_total Refused.
# TYPE gaitkeeper_stage_fenced_total counter
gaitkeeper_stage_fenced_total{stage="scorer"} 2
gaitkeeper_stage_fenced_total{stage="alerting"} 1
# TYPE gaitkeeper_stage_rewinds_total counter
# TYPE gaitkeeper_stage_lag_records gauge
gaitkeeper_stage_lag_records{stage="scorer",partition="3"} 0
gaitkeeper_stage_lag_records{stage="scorer",partition="11"} 1e+2
# TYPE process_resident_memory_bytes gauge
process_resident_memory_bytes 1.5e8
# TYPE gaitkeeper_stage_micro_batch_seconds histogram
gaitkeeper_stage_micro_batch_seconds_bucket{le="1",stage="scorer"} 3
gaitkeeper_stage_micro_batch_seconds_sum{stage="scorer"} 0.25
`;

it('adds up the series that have the labels, of that metric alone', () => {
  const metrics = readMetrics(text);
  expect(metrics.sum('gaitkeeper_stage_fenced_total')).toBe(3);
  expect(metrics.sum('gaitkeeper_stage_fenced_total', { stage: 'scorer' })).toBe(2);
  expect(metrics.sum('gaitkeeper_stage_lag_records')).toBe(100);
  expect(metrics.sum('gaitkeeper_stage_micro_batch_seconds_sum')).toBe(0.25);
  expect(metrics.sum('process_resident_memory_bytes')).toBe(1.5e8);
  expect(metrics.labelValues('gaitkeeper_stage_lag_records', 'partition')).toEqual(['3', '11']);
});

it('tells what was never counted from what does not exist', () => {
  const metrics = readMetrics(text);
  expect(metrics.sum('gaitkeeper_stage_rewinds_total')).toBe(0);
  expect(() => metrics.sum('gaitkeeper_stage_fenced')).toThrow('no metric gaitkeeper_stage_fenced');
  expect(() => metrics.labelValues('gaitkeeper_stage_lag', 'partition')).toThrow('no metric gaitkeeper_stage_lag');
});
