import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createCircuit } from './circuit.ts';

const options = { failures: 3, restMs: 1_000 };

describe('a circuit', () => {
  it('opens at so many failures in a row, lets one try after its rest, and closes at a success', () => {
    const circuit = createCircuit(options);
    for (let failure = 1; failure <= 3; failure++) {
      expect([circuit.isOpen(), circuit.mayTry(0)]).toEqual([false, { ok: true }]);
      circuit.failed(0);
    }
    expect([circuit.isOpen(), circuit.mayTry(400)]).toEqual([true, { ok: false, afterMs: 600 }]);
    expect(circuit.mayTry(1_000)).toEqual({ ok: true });
    expect(circuit.mayTry(1_001)).toEqual({ ok: false, afterMs: 999 });
    circuit.failed(1_200);
    expect(circuit.mayTry(2_100)).toEqual({ ok: false, afterMs: 100 });
    expect(circuit.mayTry(2_200)).toEqual({ ok: true });
    circuit.succeeded();
    expect([circuit.isOpen(), circuit.mayTry(2_200)]).toEqual([false, { ok: true }]);
  });

  it('lets through no more than one a rest while nothing succeeds, whatever the clock does, and never waits longer', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 3_000 }), { maxLength: 60 }), (steps) => {
        const circuit = createCircuit(options);
        for (let failure = 0; failure < options.failures; failure++) circuit.failed(0);
        let lastTriedAtMs = 0;
        let nowMs = 0;
        for (const step of steps) {
          nowMs += step;
          const decision = circuit.mayTry(nowMs);
          expect(decision.ok).toBe(nowMs >= lastTriedAtMs + options.restMs);
          if (decision.ok) lastTriedAtMs = nowMs;
          else expect(decision.afterMs).toBeLessThanOrEqual(options.restMs);
        }
      }),
    );
    const circuit = createCircuit(options);
    for (let failure = 0; failure < 3; failure++) circuit.failed(10_000_000);
    expect(circuit.mayTry(0)).toEqual({ ok: false, afterMs: options.restMs });
  });
});
