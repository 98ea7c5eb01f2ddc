import { expect, it } from '@jest/globals';
import { hashTag, placesByHashTag } from './hash-tag.ts';

it.each([
  ['gk:{scorer:t:3}:s:a', 'scorer:t:3'],
  ['gk:{scorer:t:3}:s:{b}', 'scorer:t:3'],
  ['plain', 'plain'],
  ['', ''],
  ['{}x', '{}x'], // the specification's own cases: an empty tag is none
  ['{}{x}', '{}{x}'],
  ['foo{{bar}}zap', '{bar'],
  ['open{', 'open{'],
  ['}{', '}{'],
])('of %j is %j', (key, tag) => {
  expect(hashTag(key)).toBe(tag);
});

it('puts keys together that lie together, and no others', () => {
  expect(placesByHashTag(['{a}1', 'b', '{a}2', '{b}', 'c'])).toEqual([[0, 2], [1, 3], [4]]);
});
