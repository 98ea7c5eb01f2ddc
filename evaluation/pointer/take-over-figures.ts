import { quantile } from '../metrics/quantile.ts';
import { type AlarmedStream, caughtWithin, firstFalseAlarmsPer, timeToDetect } from '../metrics/time-to-detect.ts';
import { type AlarmOptions, alarmedStream, alarmThreshold } from './alarm-threshold.ts';

/** Score streams of one account, under its template. */
export interface AccountStreams {
  account: string;
  /** The owner's own training sessions, each under a template that was enrolled without it. */
  training: readonly Float64Array[];
  /** Later sessions of the owner, and of somebody else. */
  genuine: readonly Float64Array[];
  impostor: readonly Float64Array[];
}

/**
 * Where an account's threshold comes from: its own training streams, or those of all accounts of the operator together. The own
 * keep the promise for each account as far as its few sessions tell; one for all is steadier and catches more.
 */
export type ThresholdSource = 'own' | 'operator';

/** When sessions alarmed, over all accounts. */
export interface TakeOverRun {
  genuine: readonly AlarmedStream[];
  impostor: readonly AlarmedStream[];
}

export function runTakeOvers(
  accounts: readonly AccountStreams[],
  source: ThresholdSource,
  options: AlarmOptions,
): TakeOverRun {
  const shared = alarmThreshold(
    accounts.flatMap(({ training }) => training),
    options,
  );
  const alarms = accounts.map(({ training, genuine, impostor }) => {
    const threshold = source === 'own' ? alarmThreshold(training, options) : shared;
    const alarmed = (streams: readonly Float64Array[]) =>
      streams.map((scores) => alarmedStream(scores, threshold, options));
    return { genuine: alarmed(genuine), impostor: alarmed(impostor) };
  });
  return {
    genuine: alarms.flatMap((alarm) => alarm.genuine),
    impostor: alarms.flatMap((alarm) => alarm.impostor),
  };
}

/** How soon sessions of somebody else are noticed, and what it costs the owner. */
export interface TakeOverFigures {
  caughtWithin10Strokes: number;
  caughtWithin20Strokes: number;
  caughtWithin40Strokes: number;
  caughtWithin60Strokes: number;
  neverCaughtShare: number;
  /** Over all impostor sessions, one that is never caught counting as endless; `null` where half of them are not. */
  medianStrokes: number | null;
  /** Over the caught ones. */
  medianStrokesOfCaught: number | null;
  p90StrokesOfCaught: number | null;
  /** Mean strokes until an impostor (ANIA) or a genuine user (ANGA) is stopped; a session without alarm counts its length. */
  ania: number;
  anga: number;
  falseAlarmsPer1kStrokes: number;
  falseAlarmSessions: number;
  genuineSessions: number;
  impostorSessions: number;
}

export function takeOverFigures({ genuine, impostor }: TakeOverRun): TakeOverFigures {
  const caught = timeToDetect(impostor);
  const middle = quantile(
    impostor.map(({ events }) => events ?? Number.MAX_SAFE_INTEGER),
    0.5,
  );
  return {
    caughtWithin10Strokes: caughtWithin(impostor, 10),
    caughtWithin20Strokes: caughtWithin(impostor, 20),
    caughtWithin40Strokes: caughtWithin(impostor, 40),
    caughtWithin60Strokes: caughtWithin(impostor, 60),
    neverCaughtShare: caught.neverAlarmedShare,
    medianStrokes: middle < 1e6 ? middle : null,
    medianStrokesOfCaught: caught.medianEvents,
    p90StrokesOfCaught: caught.p90Events,
    ania: caught.meanEvents,
    anga: timeToDetect(genuine).meanEvents,
    falseAlarmsPer1kStrokes: firstFalseAlarmsPer(1_000, genuine),
    falseAlarmSessions: genuine.filter(({ events }) => events !== null).length,
    genuineSessions: genuine.length,
    impostorSessions: impostor.length,
  };
}
