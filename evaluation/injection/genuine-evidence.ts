import { enrolTyping } from '../typing/cohort-typing.ts';
import type { TypingSubject } from '../typing/typing-recordings.ts';
import type { LayeredStream } from './alarms.ts';
import { cadenceStream } from './cadence-stream.ts';
import { type TemplateLayer, templateStream } from './template-stream.ts';

/** Genuine streams that limits are set on, and how many first false alarms per 10,000 keys those may have. */
export interface GenuineEvidence {
  streams: readonly LayeredStream[];
  nominal: number;
}

/**
 * Each enrolment session under an account that was enrolled with the person's other ones. No later typing is touched, so
 * the people may be the judged ones. The promise itself is the nominal figure: a session less makes the accounts stricter.
 */
export function outOfFoldEvidence(people: readonly TypingSubject[], layer: TemplateLayer): GenuineEvidence {
  const streams = people.flatMap(({ enrolment }) =>
    enrolment.map((session): LayeredStream => {
      const others = enrolment.filter((other) => other !== session);
      const account = enrolTyping(layer.cohort, others);
      return { cadence: cadenceStream(session), template: templateStream(layer, account, session) };
    }),
  );
  return { streams, nominal: 1 };
}

/**
 * Other people's later sessions, for recordings whose sessions are shorter than a window. The nominal figure is below the
 * promise of 1, because a threshold fits the people that it was set on best.
 */
export function otherPeoplesEvidence(streams: readonly LayeredStream[]): GenuineEvidence {
  return { streams, nominal: 0.65 };
}
