import { composeRemoteIntruder, composeRoommate, composeWeeks } from './compose-foreign-hands.ts';
import { composeInjection } from './compose-injection.ts';
import { composeHarmless, composeRecordThief } from './compose-own-hands.ts';
import type { ComposeLater } from './desk-parts.ts';

/** The threats that there are, and the one that is none, in the order of DESIGN's table. */
export const scenarioNames = [
  'roommate',
  'usb-injector',
  'remote-intruder',
  'weeks',
  'record-thief',
  'harmless',
] as const;
export type ScenarioName = (typeof scenarioNames)[number];

/** What is composed, and what is expected of it. */
export interface Scenario {
  threat: boolean;
  /** In words. */
  expected: string;
  /** Most keys, foreign ones alone where pieces are mixed in, and most seconds from the onset; `null` for no such bound. */
  withinKeys: number | null;
  withinSeconds: number | null;
  /** The later days of a desk. */
  compose: ComposeLater;
}

/** Every scenario. */
export const scenarios: Readonly<Record<ScenarioName, Scenario>> = {
  roommate: {
    threat: true,
    expected: 'an incident within 100 keys of another person going on in the running session',
    withinKeys: 100,
    withinSeconds: null,
    compose: composeRoommate,
  },
  'usb-injector': {
    threat: true,
    expected: 'an incident within 50 keys of a program typing, with or without a template',
    withinKeys: 50,
    withinSeconds: null,
    compose: composeInjection,
  },
  'remote-intruder': {
    threat: true,
    expected: 'an incident within 100 keys of another person in a session of their own, from elsewhere',
    withinKeys: 100,
    withinSeconds: null,
    compose: composeRemoteIntruder,
  },
  weeks: {
    threat: true,
    expected: 'an incident in the course of eight weeks with a foreign share of 10 to 20 % in pieces of 50 keys',
    withinKeys: null,
    withinSeconds: null,
    compose: composeWeeks,
  },
  'record-thief': {
    threat: true,
    expected: 'an incident within the 30 minutes in which a record is opened every second',
    withinKeys: null,
    withinSeconds: 1_800,
    compose: composeRecordThief,
  },
  harmless: {
    threat: false,
    expected: 'no incident while the owner grows slower and then works from another chair',
    withinKeys: null,
    withinSeconds: null,
    compose: composeHarmless,
  },
};
