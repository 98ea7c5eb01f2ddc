import { expect, it } from '@jest/globals';
import { createCapturedLog } from '../test/fixtures/captured-log.ts';
import { refusalOfError } from './http-errors.ts';
import { type ProblemCode, problemDocument, problems, refuse, retryAfterSecondsOf } from './outcomes.ts';

it('an error that nobody foresaw is logged, and answered without its text', () => {
  const { log, lines } = createCapturedLog();
  const defect = Object.assign(new TypeError('secret path'), { code: 'ERR_SURPRISE' });
  const refusal = refusalOfError(defect, log);
  expect(refusal.code).toBe('internal');
  expect(JSON.stringify(problemDocument(refusal))).not.toContain('secret path');
  expect(lines.join('')).toContain('secret path');
  expect(retryAfterSecondsOf(refusal)).toBeGreaterThan(0);
});

it('every refusal that may pass says when to come back, and no other does', () => {
  for (const code of Object.keys(problems) as ProblemCode[]) {
    const passes = [408, 429, 500, 503].includes(problems[code].status);
    expect([code, retryAfterSecondsOf(refuse(code)) !== undefined]).toEqual([code, passes]);
    expect(problemDocument(refuse(code)).fix.length).toBeGreaterThan(10);
  }
});
