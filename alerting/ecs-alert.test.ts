import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Verdict } from '../detection/words/verdict.ts';
import { contributionOf, judgementOf, verdictAt } from '../test/fixtures/verdict-fixture.ts';
import { alertLine } from './alert-line.ts';
import { ecsAlert } from './ecs-alert.ts';
import { advanceEpisodes, type Episode } from './episode.ts';

interface PublishedEcs {
  fields: Record<string, [type: string, array: boolean]>;
  eventKinds: string[];
  eventTypes: string[];
  expectedEventTypes: Record<string, string[]>;
}

const ecs = JSON.parse(readFileSync(new URL('test-data/ecs-fields.json', import.meta.url), 'utf8')) as PublishedEcs;

const mismatch = verdictAt(3, 'impostor', 87.4, {
  host: 'd'.repeat(32),
  modalities: [
    judgementOf('pointer', [contributionOf('path-mean', { unit: 'px', share: 0.9 })], {
      percentile: 40,
      vector: [9.87654],
    }),
    judgementOf(
      'keystrokes',
      [
        contributionOf('hold-mean', { observed: 212.4, typical: 118, share: 0.3 }),
        contributionOf('press-press-sd', { observed: 0.21, typical: 0.45, unit: 'log spread', direction: 'low' }),
        contributionOf('rollover-share', { observed: 0, typical: 0.25, unit: '', direction: 'low', share: 0.1 }),
        contributionOf('pause-share', { share: 0.05 }),
      ],
      { percentile: 100, vector: [5.3585, 1.2345] },
    ),
  ],
});
const injection = verdictAt(9, 'machine', 96, {
  templateKind: 'none',
  templateVersion: '',
  modalities: [judgementOf('keystrokes', [contributionOf('hold-mean')])],
});

function alertOf(verdict: Verdict) {
  const { opened } = advanceEpisodes({ open: {} }, verdict);
  if (opened === undefined) throw new Error('no episode');
  return { episode: opened, document: ecsAlert(opened, verdict) };
}

/** A document as dotted field names; an object inside an array keeps the array's name. */
function fieldsOf(value: unknown, path = ''): [field: string, value: unknown][] {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return [[path, value]];
  return Object.entries(value).flatMap(([name, inner]) => fieldsOf(inner, path === '' ? name : `${path}.${name}`));
}

/** SHA-256, its first 16 digits, of the documents of these tests, by version of the rules: a line is added, and none is changed. */
const bytesBy: Record<string, readonly string[]> = {
  '1': ['ffd0d486ed92c1c6', '2b32af47c25449be', 'bae13232d156802d'],
};

const isoDate = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;

/** Whether a single value is of an Elasticsearch type. */
function isOfType(value: unknown, type: string): boolean {
  switch (type) {
    case 'keyword':
      return typeof value === 'string' && value.length > 0 && value.length <= 1024; // longer ones are not indexed
    case 'match_only_text':
      return typeof value === 'string' && value.length > 0;
    case 'date':
      return typeof value === 'string' && isoDate.test(value);
    case 'long':
      return Number.isSafeInteger(value);
    case 'float':
      return Number.isFinite(value);
    default:
      return false;
  }
}

describe.each([
  ['a mismatch', mismatch],
  ['an injection', injection],
  ['a mismatch on an unknown host', { ...mismatch, host: null }],
] as const)('the ECS document of %s', (_, verdict) => {
  const { document, episode } = alertOf(verdict);

  it('has fields of the published schema only, and its own under gaitkeeper', () => {
    const foreign = fieldsOf(document)
      .map(([field]) => field)
      .filter((field) => !(field in ecs.fields) && !field.startsWith('gaitkeeper.'));
    expect(foreign).toEqual([]);
  });

  it('has values of the published types, and arrays where the schema asks for them', () => {
    for (const [field, value] of fieldsOf(document)) {
      const published = ecs.fields[field];
      if (published === undefined) continue;
      const [type, array] = published;
      expect({ field, array: Array.isArray(value) }).toEqual({ field, array });
      for (const single of array ? (value as unknown[]) : [value]) {
        expect({ field, single, ok: isOfType(single, type) }).toEqual({ field, single, ok: true });
      }
    }
  });

  it('is an alert, of types that every one of its categories expects', () => {
    const { kind, category, type } = document.event;
    expect(kind).toBe('alert');
    expect(ecs.eventKinds).toContain(kind);
    expect(category.length).toBeGreaterThan(0);
    expect(type.length).toBeGreaterThan(0);
    for (const each of type) {
      expect(ecs.eventTypes).toContain(each);
      for (const bucket of category) expect(ecs.expectedEventTypes[bucket]).toContain(each);
    }
  });

  it('names the subject by pseudonym, and by nothing else', () => {
    expect(document.user).toEqual({ id: verdict.subject });
    expect(document.related.user).toEqual([verdict.subject]);
  });

  it('holds no raw behaviour: no vector, no samples', () => {
    const text = alertLine(document).toString();
    expect(text).not.toMatch(/vector|samples|zonePair|holdMs|"dx"/);
    for (const number of verdict.modalities.flatMap(({ vector }) => vector)) expect(text).not.toContain(`${number}`);
  });

  it('has the same bytes whenever it is built again', () => {
    const again = alertLine(ecsAlert(structuredClone(episode), structuredClone(verdict)));
    expect(again.equals(alertLine(document))).toBe(true);
  });

  it('has the bytes that this version of the rules had in every release: other bytes are another version', () => {
    const digest = createHash('sha256').update(alertLine(document)).digest('hex').slice(0, 16);
    expect(bytesBy[document.rule.version]).toContain(digest);
  });
});

describe('an ECS document', () => {
  it.each([
    [73, 73],
    [89, 73],
    [90, 99],
    [100, 99],
  ])('of risk %d has the severity %d of the four that Elastic knows', (risk, severity) => {
    const { event } = alertOf(verdictAt(0, 'impostor', risk)).document;
    expect(event.severity).toBe(severity);
    expect([21, 47, 73, 99]).toContain(event.severity);
    expect(event.risk_score).toBe(risk);
  });

  it('has an id of its own for each episode', () => {
    const ids = [0, 1, 2].flatMap((offset) =>
      (['impostor', 'machine'] as const).map((decision) => alertOf(verdictAt(offset, decision, 95)).document.event.id),
    );
    expect(new Set(ids).size).toBe(6);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{32}$/);
  });

  it('says why in words: the stranger modality first, then how far the evidence has gone', () => {
    expect(alertOf(mismatch).document.event.reason).toBe(
      'press press sd 0.21 log spread, below the typical 0.45 log spread; hold mean 212.4 ms, above the typical 118 ms; ' +
        "rollover share 0, below the typical 0.25; evidence of another person 1.197 times the account's threshold",
    );
  });

  it('says why input looks made by a machine, whether or not the cadence explains itself', () => {
    expect(alertOf(injection).document.event.reason).toBe(
      'regularity of the input 2.5 times the limit that people stay under',
    );
    const cadence = judgementOf('cadence', [
      contributionOf('press-press-spread', { observed: 1.2, typical: 60, direction: 'low', share: 1 }),
    ]);
    const explained = alertOf({ ...injection, modalities: [...injection.modalities, cadence] }).document;
    expect(explained.event.reason).toBe(
      'press press spread 1.2 ms, below the typical 60 ms; regularity of the input 2.5 times the limit that people stay under',
    );
    expect(explained.gaitkeeper.contributions.map(({ modality }) => modality)).toEqual(['cadence']);
  });

  it('has a reason that is indexed whole, however long the names', () => {
    const long = 'x'.repeat(128);
    const contributions = Array.from({ length: 64 }, () => contributionOf(long, { unit: long }));
    const { event, gaitkeeper } = alertOf({
      ...mismatch,
      modalities: [judgementOf('keystrokes', contributions)],
    }).document;
    expect(event.reason.length).toBeGreaterThan(0);
    expect(event.reason.length).toBeLessThanOrEqual(1024);
    expect(gaitkeeper.contributions.length).toBeLessThanOrEqual(8);
  });

  it('stays one document on one line, with finite numbers, whatever names and figures it is given', () => {
    const nasty = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc.constantFrom(
        'a\nb',
        'a\r\nb',
        '"}{',
        "'; drop",
        '\u2028',
        '\u2029',
        '\u0085',
        '\u0000',
        '\ud800',
        '__proto__',
        'x'.repeat(10_000),
      ),
    );
    const figure = fc.double({ noNaN: true, noDefaultInfinity: true });
    fc.assert(
      fc.property(nasty, nasty, nasty, figure, figure, (tenant, host, feature, observed, value) => {
        const verdict: Verdict = {
          ...mismatch,
          tenant,
          host,
          evidence: [{ clock: 'session', value, threshold: 1 }],
          modalities: [judgementOf('keystrokes', [contributionOf(feature, { observed, unit: feature })])],
        };
        const line = alertLine(alertOf(verdict).document).toString();
        expect(line).not.toMatch(/[\n\r\u0085\u2028\u2029]/);
        let missing = 0;
        const read = JSON.parse(line, (_, inner) => {
          if (inner === null) missing += 1;
          return inner;
        }) as { organization: { id: string }; host: { id: string } };
        expect(read.organization.id).toBe(tenant);
        expect(read.host.id).toBe(host);
        expect(missing).toBe(0);
      }),
    );
  });
});

describe('the episode of an alert', () => {
  it('is the same alert in two tenants never', () => {
    const ids = ['one', 'two'].map((tenant) => {
      const { opened } = advanceEpisodes({ open: {} }, verdictAt(0, 'impostor', 80, { tenant }));
      return (opened as Episode).alertId;
    });
    expect(new Set(ids).size).toBe(2);
  });
});
