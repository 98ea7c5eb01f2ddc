import { type KeystrokeWindow, packKeystrokes, unpackKeystrokes } from '../../detection/features/keystroke-window.ts';
import {
  byZonePair,
  fitZonePairModel,
  type PairedTimings,
  type ZonePairModel,
} from '../../detection/features/zone-pair-model.ts';

/** Zone pair, hold, press-press, release-press in ms. */
type Timing = readonly [number, number, number | null, number | null];

/** Sixty random keystrokes that the numpy implementation was fitted to. */
const training: readonly Timing[] = [
  [31, 95, 285, 95],
  [20, 135, 20, -5],
  [26, 100, 385, 210],
  [31, 140, 350, 220],
  [23, 120, 225, 120],
  [24, 150, 185, 25],
  [30, 215, 305, 115],
  [7, 30, 220, 110],
  [5, 125, 190, 150],
  [34, 95, null, null],
  [11, 80, 180, 115],
  [31, 50, 300, 240],
  [34, 10, 25, -30],
  [32, 90, null, null],
  [14, 185, 285, 105],
  [24, 20, 150, 65],
  [3, 90, 320, 280],
  [28, 215, 15, -40],
  [3, 210, 360, 270],
  [12, 45, 50, -35],
  [27, 0, 165, 90],
  [7, 150, 385, 195],
  [17, 0, 45, -130],
  [11, 65, 260, 135],
  [31, 110, null, null],
  [9, 195, 170, 90],
  [35, 20, 35, -10],
  [17, 145, 210, 140],
  [16, 115, 175, 135],
  [33, 25, null, null],
  [18, 190, 270, 210],
  [22, 190, 140, 40],
  [20, 105, 25, -35],
  [30, 210, 235, 40],
  [25, 135, 115, 65],
  [33, 200, null, null],
  [34, 215, null, null],
  [33, 125, null, null],
  [15, 60, 360, 180],
  [35, 30, 210, 30],
  [16, 125, 210, 55],
  [8, 40, 305, 155],
  [33, 165, null, null],
  [3, 205, 360, 235],
  [30, 55, 395, 225],
  [18, 120, 60, -35],
  [33, 10, null, null],
  [2, 40, 370, 195],
  [15, 80, 125, 35],
  [1, 195, 5, -90],
  [1, 215, 230, 80],
  [18, 140, 300, 115],
  [32, 130, 295, 255],
  [16, 125, 325, 290],
  [26, 10, 255, 190],
  [32, 80, null, null],
  [27, 220, 335, 285],
  [23, 90, 170, 55],
  [14, 45, 335, 220],
  [33, 50, null, null],
];

/** Fifteen more, which it was asked about. */
export const fixtureWindow: readonly Timing[] = [
  [22, 175, 345, 165],
  [13, 20, 185, 95],
  [30, 100, 355, 305],
  [10, 145, 55, -10],
  [4, 10, 65, -110],
  [4, 140, 140, 40],
  [11, 205, 15, -180],
  [20, 185, 195, 55],
  [31, 150, null, null],
  [27, 180, 265, 225],
  [9, 80, 85, -40],
  [8, 70, 65, -25],
  [33, 15, null, null],
  [31, 160, 255, 210],
  [15, 70, 375, 320],
];

export function windowOf(timings: readonly Timing[]): KeystrokeWindow {
  return packKeystrokes(
    timings.map(([zonePair, holdMs, pressPressMs, releasePressMs]) => ({
      zonePair,
      holdMs,
      pressPressMs,
      releasePressMs,
    })),
  );
}

export function fixtureTimings(): PairedTimings {
  return byZonePair(unpackKeystrokes(windowOf(training)));
}

export function fixtureModel(): ZonePairModel {
  return fitZonePairModel([fixtureTimings()]);
}
