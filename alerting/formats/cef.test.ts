import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { anySyntax, anyText, avery, heldBackAlertOf, incidentAlertOf } from '../../test/fixtures/alert-fixture.ts';
import { revisionOf } from '../../test/fixtures/incident-fixture.ts';
import { parseCef } from '../../test/fixtures/parse-cef.ts';
import { cefLine, cefText } from './cef.ts';

const { keys } = JSON.parse(readFileSync(new URL('../test-data/cef-keys.json', import.meta.url), 'utf8')) as {
  keys: Record<string, string | number>;
};

const known = incidentAlertOf({
  incident: revisionOf({ state: 'escalated', revision: 3 }),
  person: avery,
  hostName: 'wks-17',
});

describe('a line of CEF', () => {
  it('gives every value back that was written, whatever it holds', () => {
    // The standard ends a value at ` key=`: spaces at its end belong to nobody, so no value of ours ends in one.
    const value = fc.oneof(anyText, anySyntax).map((text) => text.trimEnd());
    const header = value.map((text) => text.replace(/[\r\n]+/g, ' '));
    fc.assert(
      fc.property(
        header,
        fc.array(value, { maxLength: 5 }),
        fc.integer({ min: 0, max: 10 }),
        (name, values, severity) => {
          const extension = values.map((text, at) => [`key${at}`, text] as const);
          const line = cefText({ signatureId: 'id', name, severity, extension });
          const parsed = parseCef(line);
          expect(parsed.header.slice(3)).toEqual(['id', name, `${severity}`]);
          expect(parsed.extension).toEqual(Object.fromEntries(extension));
        },
      ),
    );
  });

  it.each([
    ['a|b\\c', 'CEF:0|gaitkeeper|gaitkeeper|2|id|a\\|b\\\\c|5|k=a|b\\\\c'],
    ['a=b\nc', 'CEF:0|gaitkeeper|gaitkeeper|2|id|a=b c|5|k=a\\=b\\nc'],
  ])('writes %j as the standard says', (text, expected) => {
    expect(cefText({ signatureId: 'id', name: text, severity: 5, extension: [['k', text]] })).toBe(expected);
  });
});

describe('an incident in CEF', () => {
  it('has keys of the dictionary only, each of its type and length', () => {
    for (const alert of [known, incidentAlertOf(), heldBackAlertOf()]) {
      for (const [key, value] of Object.entries(parseCef(cefLine(alert).toString()).extension)) {
        const type = keys[key];
        expect([key, type]).toEqual([key, expect.anything()]);
        if (typeof type === 'number') expect([...value].length).toBeLessThanOrEqual(type);
        else expect([key, Number.isFinite(Number(value))]).toEqual([key, true]);
      }
    }
  });

  it('says in a label what each custom field holds', () => {
    const { extension } = parseCef(cefLine(known).toString());
    const custom = Object.keys(extension).filter((key) => /^(c[sn]\d|cfp\d|flexString\d)$/.test(key));
    expect(custom.length).toBeGreaterThan(8);
    for (const key of custom) expect(extension[`${key}Label`]).toMatch(/^[a-zA-Z]+$/);
  });

  it('says who, where, what and whether somebody is asked', () => {
    const { header, extension } = parseCef(cefLine(known).toString());
    expect(header.slice(3)).toEqual(['behaviour-mismatch', 'Behaviour does not match the enrolled person', '8']);
    expect(extension).toMatchObject({
      externalId: '4'.repeat(32),
      suid: 'a'.repeat(32),
      suser: 'avery',
      sntdom: 'CORP',
      shost: 'wks-17',
      act: 'escalated',
      cs1: '1'.repeat(32),
      cs2: 'T1078',
      cn1: '3',
      flexString1: 'true',
      flexString2: 'false',
    });
  });

  it('is marked where it is a test', () => {
    expect(parseCef(cefLine(incidentAlertOf({ isTest: true })).toString()).extension['flexString2']).toBe('true');
  });
});
