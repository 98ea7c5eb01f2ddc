import { beforeAll, describe, expect, it } from '@jest/globals';
import { createBehaviourTopicCodec } from '../../schemas/behaviour-topic.ts';
import { RecordingsMalformed } from '../recordings/recordings.ts';
import { createWorkforce, defaultWorkforceOptions } from '../workforce/workforce.ts';
import { castDesks, type Desk, fewestOwners, outsiders } from './cast-desks.ts';
import { peopleOf, type RecordedPerson } from './recorded-people.ts';
import { scenarioNames } from './scenario-list.ts';

let people: RecordedPerson[] = [];
let desks: Desk[] = [];
const options = { seed: 7, workAtEveryDesk: false };

beforeAll(async () => {
  const workforce = { ...defaultWorkforceOptions, workers: 26, enrolmentSessions: 2, strokesPerSession: 0 };
  people = await peopleOf(createWorkforce(workforce));
  desks = castDesks(people, options);
});

function named(scenario: string): Desk[] {
  return desks.filter((desk) => desk.scenario === scenario);
}

describe('dealing people out to desks', () => {
  it('is the same for a seed and another for another', () => {
    const texts = (of: readonly Desk[]) => JSON.stringify(of);
    expect(texts(castDesks(people, options))).toBe(texts(desks));
    expect(texts(castDesks(people, { ...options, seed: 8 }))).not.toBe(texts(desks));
  });

  it('gives everybody one account at most, every scenario its desks, and enrols enough for a background', () => {
    expect(new Set(desks.map(({ person }) => person)).size).toBe(desks.length);
    expect(new Set(desks.map(({ subject }) => subject)).size).toBe(desks.length);
    for (const name of scenarioNames) expect(named(name).length).toBeGreaterThanOrEqual(3);
    const enrolled = desks.filter(({ history }) => history.length > 0);
    expect(enrolled).toHaveLength(people.length - outsiders);
    expect(enrolled.length).toBeGreaterThanOrEqual(fewestOwners);
  });

  it('has newcomers only where no template is needed', () => {
    const newcomers = desks.filter(({ history }) => history.length === 0);
    expect(newcomers.map(({ scenario }) => scenario)).toEqual(['usb-injector', 'usb-injector']);
  });

  it('refuses too few people for a background and strangers beside it', () => {
    expect(() => castDesks(people.slice(0, fewestOwners + outsiders - 1), options)).toThrow(RecordingsMalformed);
  });

  it('never lets an intruder be somebody who was learned', () => {
    const owners = new Set(desks.filter(({ history }) => history.length > 0).map(({ person }) => person));
    const learned = people.filter(({ name }) => owners.has(name));
    const holdsOf = (person: RecordedPerson) =>
      person.later.flatMap(({ keystrokes }) => keystrokes.map((key) => key.releaseMs - key.pressMs));
    for (const desk of named('roommate')) {
      const holds = desk.later
        .filter(({ origin }) => origin === 'impostor')
        .flatMap(({ batch }) => batch.keystrokes.map(({ holdMs }) => holdMs));
      const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0) / values.length;
      // The mean hold of a thousand keys tells made-up people apart to a fraction of a millisecond.
      const closest = people.map((person) => ({ person, apart: Math.abs(sum(holdsOf(person)) - sum(holds)) }));
      closest.sort((a, b) => a.apart - b.apart);
      expect(learned).not.toContain(closest[0]?.person);
    }
  });
});

describe('the stories', () => {
  it('begin with the owner alone and change at the onset', () => {
    for (const { later, history, onset } of desks) {
      expect(onset).toBeGreaterThanOrEqual(20);
      expect(history.every(({ origin }) => origin === 'owner')).toBe(true);
      expect(later.slice(0, onset).every(({ origin }) => origin === 'owner')).toBe(true);
      expect(later[onset]?.origin).not.toBe('owner');
    }
  });

  it('are batches that the wire carries, under one subject, in the order of their numbers', () => {
    const codec = createBehaviourTopicCodec();
    for (const { subject, history, later } of desks) {
      for (const { batch } of [...history.slice(0, 40), ...later]) {
        expect(batch.subject).toBe(subject);
        expect(codec.decode(codec.encode({ kind: 'batch', value: batch })).ok).toBe(true);
      }
    }
  });

  it('leave the place as it is, except where somebody comes from elsewhere or another chair', () => {
    for (const { scenario, history, later, onset } of desks) {
      const usual = (history[0] ?? later[0])?.batch;
      for (const [index, { batch }] of later.entries()) {
        if (scenario === 'remote-intruder' && index >= onset) {
          expect(batch.context.inputRoute).toBe('remote-desktop');
          expect(batch.device).not.toBe(usual?.device);
          expect(batch.context.host).not.toBe(usual?.context.host);
        } else {
          expect(batch.device).toBe(usual?.device);
          if (scenario !== 'harmless') expect(batch.context).toEqual(usual?.context);
        }
      }
    }
  });

  it('put the roommate and the injector into a running session, the intruder into one of their own', () => {
    for (const { scenario, later, onset } of desks) {
      const goesOn = later[onset]?.batch.session === later[onset - 1]?.batch.session;
      if (scenario === 'roommate' || scenario === 'usb-injector' || scenario === 'record-thief')
        expect(goesOn).toBe(true);
      if (scenario === 'remote-intruder') expect(goesOn).toBe(false);
    }
  });

  it('steal a record a second for half an hour, by a rhythm that is the owner’s', () => {
    for (const { later, onset } of named('record-thief')) {
      const records = later
        .slice(onset)
        .flatMap(({ batch }) => batch.activity)
        .filter(({ kind, count }) => kind === 'records-viewed' && count === 60);
      expect(records).toHaveLength(30);
    }
  });
});
