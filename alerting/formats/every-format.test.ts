import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { anyAlert, avery, heldBackAlertOf, incidentAlertOf } from '../../test/fixtures/alert-fixture.ts';
import { problemOfCim } from '../../test/fixtures/cim-problem.ts';
import { problemOfEcs } from '../../test/fixtures/ecs-problem.ts';
import { revisionOf } from '../../test/fixtures/incident-fixture.ts';
import { problemOfOcsf } from '../../test/fixtures/ocsf-problem.ts';
import { parseCef } from '../../test/fixtures/parse-cef.ts';
import { parseLeef } from '../../test/fixtures/parse-leef.ts';
import { type AlertFormat, alertFormats } from '../alerts/format.ts';
import { maxCefBytes } from './cef.ts';
import { alertRulesVersion } from './rules-version.ts';
import { writerOf } from './writer-of.ts';

/** More than any document holds, and what deploy/siem has collectors allow for a line. */
const maxLineBytes = 65_536;

/** What is wrong with a line of a format; `undefined` for a valid one. */
function problemOf(format: AlertFormat, line: string): string | undefined {
  switch (format) {
    case 'ecs':
      return problemOfEcs(JSON.parse(line) as object);
    case 'ocsf':
      return problemOfOcsf(JSON.parse(line));
    case 'splunk-risk':
      return problemOfCim(JSON.parse(line) as Record<string, unknown>);
    case 'cef':
      return parseCef(line).extension['externalId'] === undefined ? 'no externalId' : undefined;
    case 'leef':
      return parseLeef(line).attributes['alertId'] === undefined ? 'no alertId' : undefined;
  }
}

describe('10,000 alerts about people and hosts of any name', () => {
  it('are valid in every format: one line of UTF-8 within its bound, of the published fields', () => {
    const longest: Record<string, number> = {};
    fc.assert(
      fc.property(anyAlert, (alert) => {
        for (const format of alertFormats) {
          const bytes = writerOf(format)(alert);
          const line = bytes.toString();
          if (!isUtf8(bytes)) throw new Error(`${format}: no UTF-8`);
          if (/[\p{Cc}\u2028\u2029\u202a-\u202e]/u.test(line)) throw new Error(`${format}: a control character`);
          const problem = problemOf(format, line);
          if (problem !== undefined) throw new Error(`${format}: ${problem}`);
          longest[format] = Math.max(longest[format] ?? 0, bytes.length);
        }
      }),
      { numRuns: 10_000, seed: 1 },
    );
    expect(longest['cef']).toBeLessThanOrEqual(maxCefBytes);
    for (const format of alertFormats) expect(longest[format]).toBeLessThanOrEqual(maxLineBytes);
  }, 600_000);
});

/** The alerts whose bytes are held still. */
const pinned = [
  incidentAlertOf({ incident: revisionOf({ host: 'd'.repeat(32) }), person: avery, hostName: 'wks-17' }),
  incidentAlertOf({
    incident: revisionOf({ pattern: 'input-injection', state: 'closed', closedBecause: 'calm', templateKind: 'none' }),
    asks: false,
  }),
  heldBackAlertOf({ isTest: true }),
];

/** SHA-256, its first 16 digits, by version of the rules: a version is added, and none is changed. */
const bytesBy: Record<string, Record<AlertFormat, string>> = {
  '2': {
    ecs: 'c14b084197528f20',
    ocsf: 'b1915ce8984525d4',
    cef: '149616775165e86b',
    leef: 'b9a083f785ce54cd',
    'splunk-risk': 'e5a05ce6151e3b3c',
  },
};

describe.each(alertFormats)('%s', (format) => {
  it('has the same bytes for the same alert', () => {
    for (const alert of pinned) {
      expect(writerOf(format)(structuredClone(alert)).equals(writerOf(format)(alert))).toBe(true);
    }
  });

  it('has the bytes that this version of the rules had in every release: other bytes are another version', () => {
    const hash = createHash('sha256');
    for (const alert of pinned) hash.update(writerOf(format)(alert)).update('\n');
    expect(hash.digest('hex').slice(0, 16)).toBe(bytesBy[alertRulesVersion]?.[format]);
  });

  it('says something else of every revision', () => {
    const lines = [1, 2].map((revision) =>
      writerOf(format)(
        incidentAlertOf({ id: `${revision}`.repeat(32), incident: revisionOf({ revision }) }),
      ).toString(),
    );
    expect(lines[0]).not.toBe(lines[1]);
  });
});
