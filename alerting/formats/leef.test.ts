import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { anySyntax, anyText, avery, heldBackAlertOf, incidentAlertOf } from '../../test/fixtures/alert-fixture.ts';
import { parseLeef } from '../../test/fixtures/parse-leef.ts';
import { inAttribute, leefLine, leefText } from './leef.ts';

describe('a line of LEEF', () => {
  it('gives back what was written: the value itself, or the same with ˆ for ^ and a space for a line break', () => {
    const value = fc.oneof(anyText, anySyntax);
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 5 }), (values) => {
        const attributes = values.map((text, at) => [`key${at}`, text] as const);
        const parsed = parseLeef(leefText({ eventId: 'id', attributes }));
        expect(parsed.eventId).toBe('id');
        expect(parsed.attributes).toEqual(
          Object.fromEntries(attributes.map(([key, text]) => [key, inAttribute(text)])),
        );
        for (const [, text] of attributes.filter(([, each]) => !/[\^\r\n]/.test(each)))
          expect(inAttribute(text)).toBe(text);
      }),
    );
  });

  it('cannot be told another severity by a name', () => {
    const alert = incidentAlertOf({ person: { ...avery, name: 'a^sev=1^usrName=root' } });
    const { attributes } = parseLeef(leefLine(alert).toString());
    expect(attributes).toMatchObject({ sev: '8', usrName: 'aˆsev=1ˆusrName=root' });
  });
});

describe('an incident in LEEF', () => {
  it('says who, where, what and whether somebody is asked', () => {
    const { eventId, attributes } = parseLeef(
      leefLine(incidentAlertOf({ person: avery, hostName: 'wks-17' })).toString(),
    );
    expect(eventId).toBe('behaviour-mismatch');
    expect(attributes).toMatchObject({
      devTime: '1790000000000',
      sev: '8',
      cat: 'open',
      usrName: 'avery',
      identHostName: 'wks-17',
      domain: 'CORP',
      subject: 'a'.repeat(32),
      alertId: '4'.repeat(32),
      asks: 'true',
      test: 'false',
      attack: 'T1078',
    });
  });

  it('has the pseudonym for a name where nobody knows one', () => {
    expect(parseLeef(leefLine(incidentAlertOf()).toString()).attributes['usrName']).toBe('a'.repeat(32));
  });

  it('tells what was held back', () => {
    const { eventId, attributes } = parseLeef(leefLine(heldBackAlertOf({ isTest: true })).toString());
    expect(eventId).toBe('alerts-held-back');
    expect(attributes).toMatchObject({ heldBack: '40', limit: '500', sev: '10', asks: 'true', test: 'true' });
  });
});
