import type { Feature, FeatureScale } from '../words/catalogue.ts';
import { histogramFeatures } from './typing-histograms.ts';
import { commonPairs, identityFeatureCount, typingFeatures } from './typing-vector.ts';
import { quantileNames } from './window-statistics.ts';

/** The two times that the wide vector adds, told from the key before. */
const linked = ['previous-hold', 'release-release'] as const;
/** Zones of the previous key, numbered as on the wire. */
export const previousZones = ['left', 'right', 'space', 'backspace', 'modifier'] as const;
const together = [
  'previous-hold-press-press',
  'hold-previous-hold',
  'previous-hold-release-press',
  'hold-release-press',
] as const;

function feature(name: string, unit: string, scale: FeatureScale = 'linear'): Feature {
  return { name, unit, scale };
}

function summaryOf(name: (typeof linked)[number]): Feature[] {
  const scale = name === 'release-release' ? 'signed-ln' : 'ln';
  return [
    feature(`${name}-mean`, 'ms', scale),
    feature(`${name}-sd`, 'log spread'),
    ...quantileNames.map((quantile) => feature(`${name}-${quantile}`, 'ms', scale)),
  ];
}

const spreads = 'spreads from typical';

function residualsOf(name: (typeof linked)[number]): Feature[] {
  return [
    feature(`${name}-deviation`, spreads),
    feature(`${name}-shift`, spreads),
    feature(`${name}-deviation-sd`, spreads),
    feature(`${name}-tail`, 'share from the median'),
    feature(`${name}-surprise`, 'nats above the mean'),
    ...quantileNames.map((quantile) => feature(`${name}-shift-${quantile}`, spreads)),
  ];
}

/** Groups of the wide vector after the first 81, which are the typing vector's. */
const groups = {
  summary: linked.flatMap(summaryOf),
  residual: linked.flatMap(residualsOf),
  correlation: together.map((name) => feature(`${name}-correlation`, 'correlation')),
  shiftCorrelation: together.map((name) => feature(`${name}-shift-correlation`, 'correlation')),
  previousHoldByZone: previousZones.map((zone) => feature(`previous-hold-${zone}`, spreads)),
  releaseReleaseByPair: commonPairs.map((pair) => feature(`release-release-${pair}`, spreads)),
  holdByPair: commonPairs.map((pair) => feature(`hold-${pair}`, spreads)),
  previousHoldByPair: commonPairs.map((pair) => feature(`previous-hold-${pair}`, spreads)),
  rolloverByPair: commonPairs.map((pair) => feature(`rollover-${pair}`, 'share of flights')),
  varianceByPair: commonPairs.map((pair) => feature(`press-press-${pair}-variance`, 'log of squared spreads')),
  histograms: histogramFeatures,
} satisfies Record<string, readonly Feature[]>;

type Group = keyof typeof groups;

/** What the numbers of a wide vector mean: the 81 of the typing vector that tell who types, then the others. */
export const wideTypingFeatures: readonly Feature[] = [
  ...typingFeatures.slice(0, identityFeatureCount),
  ...Object.values(groups).flat(),
];

/** Length of a wide vector. */
export const wideFeatureCount = wideTypingFeatures.length;

function startsOf(): Record<Group, number> {
  const starts: Partial<Record<Group, number>> = {};
  let at = identityFeatureCount;
  for (const [group, features] of Object.entries(groups)) {
    starts[group as Group] = at;
    at += features.length;
  }
  return starts as Record<Group, number>;
}

/** Index of each group's first number. */
export const wideAt = startsOf();
