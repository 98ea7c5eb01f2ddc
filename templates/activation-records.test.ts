import { describe, expect, it } from '@jest/globals';
import { createTemplateActivationCodec } from '../schemas/template-activation.ts';
import { anyTemplate } from '../test/samples/any-template.ts';
import { activationRecords } from './activation-records.ts';

const codec = createTemplateActivationCodec();
const plan = { topic: 'behaviour', partitions: 3, activatedAtMs: 5, by: 'a test' };
const version = 'cd'.repeat(32);

describe('activating a template', () => {
  it("takes one record under the subject's own key, in the partition that its data is in", () => {
    const template = anyTemplate({ version });
    const [record, ...others] = activationRecords(codec, template, plan);
    expect(others).toEqual([]);
    expect(record).toMatchObject({ topic: 'behaviour', key: Buffer.from(template.subject) });
    expect(record).not.toHaveProperty('partition');
    expect(codec.decode(record?.value ?? null)).toMatchObject({
      ok: true,
      value: { tenant: 'acme', subject: template.subject, version, kind: 'own', activatedAtMs: 5, by: 'a test' },
    });
  });

  it('takes one record for every partition when it is the cohort, all of the same bytes', () => {
    const records = activationRecords(codec, anyTemplate({ version, kind: 'cohort', subject: '' }), plan);
    expect(records.map(({ partition }) => partition)).toEqual([0, 1, 2]);
    for (const { key, value } of records) {
      expect(key?.toString()).toBe('0'.repeat(32));
      expect(codec.decode(value)).toMatchObject({
        ok: true,
        value: { kind: 'cohort', subject: '0'.repeat(32), version },
      });
    }
  });
});
