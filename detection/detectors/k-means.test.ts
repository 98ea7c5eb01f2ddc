import { describe, expect, it } from '@jest/globals';
import { seededNumbers } from '../../test/samples/seeded-behaviour.ts';
import { kMeans } from './k-means.ts';

describe('k-means', () => {
  it('finds clusters that lie far apart, from any start', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const { uniform, normal } = seededNumbers(seed);
      const points = Float64Array.from({ length: 240 }, (_, i) => 20 * (Math.floor(i / 2) % 3) + normal());
      const clusters = kMeans(points, 120, 2, 3, uniform);
      for (let i = 3; i < 120; i++) expect(clusters[i]).toBe(clusters[i % 3]);
      expect(new Set(clusters).size).toBe(3);
    }
  });

  it('ends where points coincide, with clusters that are empty', () => {
    expect(kMeans(new Float64Array(10).fill(3), 5, 2, 4, seededNumbers(1).uniform)).toEqual(new Uint32Array(5));
  });
});
