import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { seededNumbers } from '../test/samples/seeded-behaviour.ts';
import { reconstruct, reconstructionError, tanh } from './autoencoder.ts';
import type { Autoencoder } from './words/template.ts';

function anyNet(inputs: number, hidden: number): Autoencoder {
  const { normal } = seededNumbers(inputs * 100 + hidden);
  const weights = (length: number) => Float32Array.from({ length }, () => normal() / 3);
  return {
    inputs,
    hidden,
    encode: weights(inputs * hidden),
    encodeBias: weights(hidden),
    decode: weights(inputs * hidden),
    decodeBias: weights(inputs),
  };
}

/** The definition in words/template.ts, term by term. */
function plainly(net: Autoencoder, x: Float32Array): number[] {
  const hidden = Array.from({ length: net.hidden }, (_, h) => {
    let sum = net.encodeBias[h]!;
    for (let i = 0; i < net.inputs; i++) sum += net.encode[h * net.inputs + i]! * x[i]!;
    return Math.tanh(sum);
  });
  return Array.from({ length: net.inputs }, (_, i) =>
    hidden.reduce((sum, value, h) => sum + net.decode[i * net.hidden + h]! * value, net.decodeBias[i]!),
  );
}

describe('the forward pass', () => {
  it.each([
    [44, 16],
    [45, 17],
    [3, 1],
    [1, 2],
  ])('of %i features and %i hidden units is the definition, to float32 accuracy', (inputs, hidden) => {
    const net = anyNet(inputs, hidden);
    const x = Float32Array.from({ length: inputs }, (_, i) => Math.sin(i) * 3);
    const out = new Float32Array(inputs);
    reconstruct(net, x, out);
    const expected = plainly(net, x);
    let error = 0;
    for (let i = 0; i < inputs; i++) {
      expect(out[i]).toBeCloseTo(expected[i]!, 5);
      error += Math.abs(x[i]! - expected[i]!) / inputs;
    }
    expect(reconstructionError(net, x)).toBeCloseTo(error, 6);
  });

  it('is 0 for what it reconstructs exactly, and grows with the distance', () => {
    const net = { ...anyNet(4, 2), decode: new Float32Array(8), decodeBias: Float32Array.of(1, 2, 3, 4) };
    expect(reconstructionError(net, Float32Array.of(1, 2, 3, 4))).toBe(0);
    expect(reconstructionError(net, Float32Array.of(2, 2, 3, 4))).toBe(0.25);
    expect(reconstructionError(net, Float32Array.of(4, 2, 3, 4))).toBe(0.75);
  });

  it('is finite for any window: what is missing counts as the centre', () => {
    const net = anyNet(3, 2);
    const out = new Float32Array(3);
    fc.assert(
      fc.property(fc.float32Array({ minLength: 3, maxLength: 3 }), (window) => {
        expect(Number.isFinite(reconstruct(net, window, out))).toBe(true);
        expect(out.every(Number.isFinite)).toBe(true);
      }),
    );
    const missing = Float32Array.of(Number.NaN, 1, Number.NaN);
    expect(reconstructionError(net, missing)).toBe(reconstructionError(net, Float32Array.of(0, 1, 0)));
  });

  it('refuses layers that are too wide', () => {
    expect(() => reconstruct(anyNet(2000, 1), new Float32Array(2000), new Float32Array(2000))).toThrow(RangeError);
  });
});

describe('tanh', () => {
  it('is the hyperbolic tangent to a part in 10 million, odd, and never beyond 1', () => {
    for (let x = -12; x <= 12; x += 0.01) {
      expect(Math.abs(tanh(x) - Math.tanh(x))).toBeLessThan(1e-7);
      expect(tanh(-x)).toBe(-tanh(x));
      expect(Math.abs(tanh(x))).toBeLessThanOrEqual(1);
    }
  });
});
