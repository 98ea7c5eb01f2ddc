import { expect, it } from '@jest/globals';
import { deadLetterLimitReason } from './dead-letter-limit.ts';
import { restAdvice } from './rest-advice.ts';

it.each(['state-unreadable', 'snapshot-unreadable', deadLetterLimitReason])(
  'a partition that waits for a person as %s is said to lose what its topic no longer keeps',
  (reason) => {
    expect(restAdvice(reason)).toMatch(/lost when the retention of the topic ends/);
  },
);

it('a template that waits is not put down to Redis alone: the topic of templates brings back what it has lost', () => {
  expect(restAdvice('template-store')).toMatch(/topic of templates does not answer.*being put back/);
});
