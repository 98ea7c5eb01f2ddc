import { EventEmitter } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { createManualClock } from '../platform/clock.ts';
import { createMetrics } from '../platform/metrics.ts';
import { createCapturedLog } from '../test/fixtures/captured-log.ts';
import { createIngestMetrics } from './ingest-metrics.ts';
import { tellRefusedConnections } from './refused-connections.ts';

function watched() {
  const server = new EventEmitter();
  const clock = createManualClock(1_790_000_000_000);
  const registry = createMetrics();
  const { log, lines } = createCapturedLog();
  tellRefusedConnections(server, { clock, log, metrics: createIngestMetrics(registry), maxConnections: 7 });
  return {
    clock,
    drop(times: number) {
      for (let i = 0; i < times; i++) server.emit('drop', { remoteAddress: '192.0.2.1' });
    },
    told: () => lines.map((line) => JSON.parse(line) as { refused: number; maxConnections: number }),
    text: () => lines.join(''),
    exposition: () => registry.exposition(),
  };
}

describe('connections beyond the most', () => {
  it('are counted each, and begin at none', async () => {
    const { drop, exposition } = watched();
    expect(await exposition()).toContain('gaitkeeper_ingest_connections_refused_total 0');
    drop(12);
    expect(await exposition()).toContain('gaitkeeper_ingest_connections_refused_total 12');
  });

  it('are told with the bound at once, then in one line a minute however many they are, and without an address', () => {
    const { drop, told, text, clock } = watched();
    drop(1_000);
    expect(told()).toEqual([expect.objectContaining({ refused: 1, maxConnections: 7 })]);
    clock.advance(59_999);
    drop(1);
    expect(told()).toHaveLength(1);
    clock.advance(1);
    drop(1_000);
    expect(told().map(({ refused }) => refused)).toEqual([1, 1_001]);
    expect(text()).not.toContain('192.0.2.1');
  });

  it('are told again although the clock was set back', () => {
    const { drop, told, clock } = watched();
    drop(1);
    clock.advance(-3_600_000);
    drop(1);
    expect(told()).toHaveLength(2);
  });
});
