import { createSeededRandom } from '../../platform/seeded-random.ts';
import { mean, standardDeviation } from '../metrics/error-rates.ts';
import { quantile } from '../metrics/quantile.ts';
import { type AlarmedStream, firstFalseAlarmsPer } from '../metrics/time-to-detect.ts';
import { drawUsers } from '../metrics/user-bootstrap.ts';
import { alarmOf, type Limits } from './alarms.ts';
import type { StudiedBurst, StudiedHalf, StudiedPerson } from './injection-study.ts';
import type { GeneratorFamily } from './typing-generators.ts';

/** A half's victims with the limits that other people's typing set. */
export interface JudgedHalf extends StudiedHalf {
  limits: Limits;
}

const bootstrapDraws = 400;

/** One person's part in a ratio: how often it happened, of how many. */
interface Part {
  count: number;
  of: number;
}

function ratio(parts: readonly Part[]): number {
  return parts.reduce((sum, { count }) => sum + count, 0) / parts.reduce((sum, { of }) => sum + of, 0);
}

/** 95 % percentile interval of a ratio over people drawn with replacement. */
function intervalOverPeople(parts: readonly Part[]): [number, number] {
  const random = createSeededRandom('injection-interval');
  const ratios = Array.from({ length: bootstrapDraws }, () => {
    const times = drawUsers(random, parts.length);
    return ratio(parts.map(({ count, of }, i) => ({ count: count * (times[i] ?? 0), of: of * (times[i] ?? 0) })));
  });
  return [quantile(ratios, 0.025), quantile(ratios, 0.975)];
}

type Layer = 'rules' | 'template' | 'joint';

function limitsOf(limits: Limits, layer: Layer): Limits {
  return {
    cadence: layer === 'template' ? Number.POSITIVE_INFINITY : limits.cadence,
    template: layer === 'rules' ? Number.POSITIVE_INFINITY : limits.template,
  };
}

interface AlarmedBurst extends Omit<StudiedBurst, 'stream'> {
  alarm: AlarmedStream;
}

function alarmedBursts(halves: readonly JudgedHalf[], layer: Layer): AlarmedBurst[] {
  return halves.flatMap(({ bursts, limits }) =>
    bursts.map(({ stream, ...burst }) => ({ ...burst, alarm: alarmOf(stream, limitsOf(limits, layer)) })),
  );
}

function caughtPart(bursts: readonly AlarmedBurst[], keys: number): Part {
  const caughtIn = bursts.filter(({ alarm: { events } }) => events !== null && events <= keys);
  return { count: caughtIn.length, of: bursts.length };
}

function caught(bursts: readonly AlarmedBurst[], keys: number): number {
  return ratio([caughtPart(bursts, keys)]);
}

function groupedBy<T, K>(items: readonly T[], keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups;
}

/** The generator of a family that is caught least, and how much of the whole family is. */
function familyFigure(bursts: readonly AlarmedBurst[], family: GeneratorFamily, keys: number) {
  const generators = [
    ...groupedBy(
      bursts.filter((burst) => burst.family === family),
      ({ generator }) => generator,
    ),
  ];
  const shares = generators.map(([generator, of]) => ({ generator, of, share: caught(of, keys) }));
  const worst = shares.reduce((least, each) => (each.share < least.share ? each : least));
  const partsBy = (keyOf: (burst: AlarmedBurst) => string | number) =>
    [...groupedBy(worst.of, keyOf).values()].map((group) => caughtPart(group, keys));
  return {
    worst: worst.share,
    worstGenerator: worst.generator,
    mean: mean(shares.map(({ share }) => share)),
    interval: intervalOverPeople(partsBy(({ victim }) => victim)),
    sdOverSeeds: standardDeviation(partsBy(({ seed }) => seed).map((part) => ratio([part]))),
  };
}

/** Windows of a person that the rules call a machine's. */
function flaggedPart({ cadence }: StudiedPerson, limit: number): Part {
  return { count: cadence.filter((regularity) => regularity >= limit).length, of: cadence.length };
}

/** Regular generators against the rules alone: the worst of them, and what the rules cost people they were not fitted on. */
export function regularFigures(halves: readonly JudgedHalf[]) {
  const bursts = alarmedBursts(halves, 'rules');
  const in25 = familyFigure(bursts, 'regular', 25);
  const in50 = familyFigure(bursts, 'regular', 50);
  const windows = halves.flatMap(({ people, limits }) => people.map((person) => flaggedPart(person, limits.cadence)));
  return {
    detectedIn25Keys: in25.worst,
    detectedIn25KeysInterval: in25.interval,
    detectedIn50Keys: in50.worst,
    detectedIn50KeysInterval: in50.interval,
    worstGenerator: in25.worstGenerator,
    meanDetectedIn25Keys: in25.mean,
    meanDetectedIn50Keys: in50.mean,
    sdOverSeeds: { detectedIn25Keys: in25.sdOverSeeds, detectedIn50Keys: in50.sdOverSeeds },
    falseWindowShareNewUsers: ratio(windows),
    falseWindowShareNewUsersInterval: intervalOverPeople(windows),
    windows: windows.reduce((sum, { of }) => sum + of, 0),
    newUsers: windows.length,
    newUsersEverFlagged: windows.filter(({ count }) => count > 0).length,
  };
}

function falseAlarms(halves: readonly JudgedHalf[], layer: Layer): AlarmedStream[] {
  return halves.flatMap(({ people, limits }) => people.map(({ later }) => alarmOf(later, limitsOf(limits, layer))));
}

/** A stream's first alarm, of the ten thousands of keys until then. */
function tenThousandsOf({ events, length }: AlarmedStream): Part {
  return { count: events === null ? 0 : 1, of: (events ?? length) / 10_000 };
}

/** Human-like generators against rules and template together, and what both cost the accounts on their later sessions. */
export function humanLikeFigures(halves: readonly JudgedHalf[]) {
  const in100 = familyFigure(alarmedBursts(halves, 'joint'), 'human-like', 100);
  const genuine = falseAlarms(halves, 'joint');
  const perTenThousand = (layer: Layer) => firstFalseAlarmsPer(10_000, falseAlarms(halves, layer));
  return {
    detectedIn100Keys: in100.worst,
    detectedIn100KeysInterval: in100.interval,
    worstGenerator: in100.worstGenerator,
    meanDetectedIn100Keys: in100.mean,
    sdOverSeeds: { detectedIn100Keys: in100.sdOverSeeds },
    falseAlarmsPer10kKeys: perTenThousand('joint'),
    falseAlarmsPer10kKeysInterval: intervalOverPeople(genuine.map(tenThousandsOf)),
    falseAlarmsPer10kKeysOfRules: perTenThousand('rules'),
    falseAlarmsPer10kKeysOfTemplate: perTenThousand('template'),
    accounts: genuine.length,
    accountsAlarmed: genuine.filter(({ events }) => events !== null).length,
    genuineKeys: genuine.reduce((sum, { length }) => sum + length, 0),
  };
}

/** Share caught by generator: by the rules within 25, 50 and 100 keys, by the template and by both within 100. */
export function generatorFigures(halves: readonly JudgedHalf[]) {
  const byLayer = (['rules', 'template', 'joint'] as const).map((layer) =>
    groupedBy(alarmedBursts(halves, layer), ({ generator }) => generator),
  );
  const [rules, template, joint] = byLayer;
  return Object.fromEntries(
    [...(rules ?? [])].map(([generator, bursts]) => [
      generator,
      {
        family: bursts[0]?.family,
        rules25: caught(bursts, 25),
        rules50: caught(bursts, 50),
        rules100: caught(bursts, 100),
        template100: caught(template?.get(generator) ?? [], 100),
        joint100: caught(joint?.get(generator) ?? [], 100),
      },
    ]),
  );
}

/** Share of each family caught by both layers, by keys. */
export function caughtSeries(halves: readonly JudgedHalf[]) {
  const families = groupedBy(alarmedBursts(halves, 'joint'), ({ family }) => family);
  return [...families].map(([name, bursts]) => ({
    name,
    points: [25, 50, 75, 100].map((keys) => ({ x: keys, y: caught(bursts, keys) })),
  }));
}
