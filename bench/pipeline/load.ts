import { createHash } from 'node:crypto';
import type { BehaviourBatch } from '../../detection/words/behaviour.ts';
import type { Template } from '../../detection/words/template.ts';
import { collectSession } from '../../evaluation/collector/collect-session.ts';
import {
  createTypingStyle,
  type TypingStyle,
  typeKeys,
  typingStyleOfDay,
} from '../../evaluation/workforce/typing-style.ts';
import { createSeededRandom } from '../../platform/seeded-random.ts';
import { encodeTemplate, templateVersion } from '../../templates/template-format.ts';
import { anyBackground, anyTemplate } from '../../test/samples/any-template.ts';

/** What the pipeline is given to do, the same for the same seed. Nobody was recorded. */
export interface Load {
  /** Every second subject has one, against the background of `cohort`; the others are judged by that. Real shapes, made-up weights, no alarms. */
  own: Template[];
  cohort: Template;
  /** The next batch of 25 keystrokes; subjects take turns, in another order each round. */
  next(receivedAtMs: number): BehaviourBatch;
}

const tenant = 'bench';
const keystrokesPerBatch = 25;
/** A session is a thousand keystrokes long. */
const batchesPerSession = 40;
/** Typed once per subject and day, then repeated: the timings matter, not that they are new. */
const daysPerSubject = 1;

interface Typist {
  subject: string;
  device: string;
  contents: BatchContents;
  sequence: number;
}

type BatchContents = ReturnType<typeof collectSession>;

function hexOf(name: string): string {
  return createHash('sha256').update(name).digest('hex').slice(0, 32);
}

/** A template that judges like any other and never raises an alarm: no evidence gathers below this location. */
function quiet(template: Template): Template {
  const models = template.models.map((model) => ({ ...model, calibration: { ...model.calibration, location: 1e6 } }));
  return { ...template, models };
}

/** A cohort judges one-class: it is the background of others and has none. */
function cohortTemplate(): Template {
  const drawn = anyTemplate({ tenant, subject: '', kind: 'cohort', background: '', backgrounds: [anyBackground()] });
  return { ...drawn, models: drawn.models.map((model) => ({ ...model, likelihoodRatio: null })) };
}

export function createLoad(subjects: number, seed: number): Load {
  const random = createSeededRandom(`pipeline ${seed}`);
  const typists = Array.from({ length: subjects }, (_, index): Typist => {
    const own = random.fork(`typist ${index}`);
    const style: TypingStyle = createTypingStyle(own);
    const contents: BatchContents = [];
    for (let day = 0; day < daysPerSubject; day++) {
      const keystrokes = typeKeys(typingStyleOfDay(style, own), batchesPerSession * keystrokesPerBatch, 0, own);
      contents.push(...collectSession({ keystrokes, pointer: [] }));
    }
    return { subject: hexOf(`subject ${index}`), device: hexOf(`device ${index}`), contents, sequence: 0 };
  });
  const cohort = quiet(cohortTemplate());
  const background = templateVersion(encodeTemplate(cohort));
  let round: Typist[] = [];

  function next(receivedAtMs: number): BehaviourBatch {
    if (round.length === 0) round = random.shuffled(typists);
    const typist = round.pop();
    const content = typist?.contents[typist.sequence % typist.contents.length];
    if (typist === undefined || content === undefined) throw new Error('a load has at least one subject');
    const { subject, device, sequence } = typist;
    typist.sequence += 1;
    const session = hexOf(`session ${subject} ${Math.floor(sequence / batchesPerSession)}`);
    return { ...content, tenant, subject, device, session, sequence, receivedAtMs, handling: 'full' };
  }

  return {
    own: typists
      .filter((_, index) => index % 2 === 0)
      .map(({ subject }, index) => quiet(anyTemplate({ tenant, subject, background }, index + 2))),
    cohort,
    next,
  };
}
