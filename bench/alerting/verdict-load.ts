import { createHash } from 'node:crypto';
import type { Contribution, Decision, ModalityJudgement, Verdict } from '../../detection/words/verdict.ts';
import { createSeededRandom, type SeededRandom } from '../../platform/seeded-random.ts';

/** What alerting is given to do, the same for the same seed. Nobody was recorded. */
export interface VerdictLoad {
  /** The next verdict; people take turns. */
  next(): Verdict;
}

const tenant = 'bench';
/** One verdict in so many begins something: far more than any organisation has, so that alerting has work. */
const beginsIn = 500;
const firstAtMs = 1_790_000_000_000;
/** Between two verdicts of one person. */
const stepMs = 10_000;
const vectorLength = 60;
const contributionCount = 5;

/** What happens at one desk: so many verdicts of each kind, in this order. */
interface Course {
  decision: Decision;
  left: number;
}

interface Desk {
  subject: string;
  device: string;
  offset: number;
  partition: number;
  atMs: number;
  courses: Course[];
}

function hexOf(name: string): string {
  return createHash('sha256').update(name).digest('hex').slice(0, 32);
}

function judgement(random: SeededRandom, modality: ModalityJudgement['modality']): ModalityJudgement {
  const contributions = Array.from(
    { length: contributionCount },
    (_, index): Contribution => ({
      feature: `feature-${index}-median`,
      observed: random.uniform(50, 300),
      typical: random.uniform(50, 300),
      unit: 'ms',
      direction: random.chance(0.5) ? 'high' : 'low',
      share: 1 / contributionCount,
    }),
  );
  const vector = Array.from({ length: vectorLength }, () => Math.fround(random.uniform(-4, 4)));
  return { modality, catalogueVersion: 1, windowSamples: 50, score: 1, percentile: 50, vector, contributions };
}

/** Verdicts of people who take turns; now and then somebody else sits at a desk, a program types, or records are taken. */
export function createVerdictLoad(subjects: number, partitions: number, seed: number): VerdictLoad {
  const random = createSeededRandom(`verdicts ${seed}`);
  const judgements = Array.from({ length: 64 }, () => judgement(random, 'keystrokes'));
  const cadence = judgement(random, 'cadence');
  const taking = { ...judgement(random, 'activity'), vector: [] };
  const desks = Array.from({ length: subjects }, (_, index): Desk => {
    const [subject, device] = [hexOf(`subject ${index}`), hexOf(`device ${index}`)];
    return { subject, device, offset: 0, partition: index % partitions, atMs: firstAtMs, courses: [] };
  });
  const offsets = Array.from({ length: partitions }, () => 0);
  let turn = 0;

  function begin(desk: Desk): void {
    const decision = random.pick(['impostor', 'impostor', 'machine', 'suspicious'] as const);
    const calm = { decision: 'genuine', left: 8 + random.integer(40) } as const;
    desk.courses.push({ decision, left: 1 + random.integer(30) }, calm);
    if (random.chance(0.3)) desk.courses.push({ decision, left: 1 + random.integer(5) }, calm);
  }

  return {
    next() {
      const desk = desks[turn++ % desks.length];
      if (desk === undefined) throw new Error('a load has at least one desk');
      if (desk.courses.length === 0 && random.chance(1 / beginsIn)) begin(desk);
      const [course] = desk.courses;
      const decision = course?.decision ?? (random.chance(0.2) ? 'undecided' : 'genuine');
      if (course !== undefined) {
        course.left -= 1;
        if (course.left === 0) desk.courses.shift();
      }
      const isHigh = decision !== 'genuine' && decision !== 'undecided';
      const risk = isHigh ? random.uniform(73, 100) : random.uniform(0, 40);
      const offset = offsets[desk.partition] ?? 0;
      offsets[desk.partition] = offset + 1;
      desk.atMs += stepMs;
      const own = random.pick(judgements);
      const beside = decision === 'machine' ? [cadence] : decision === 'suspicious' ? [taking] : [];
      return {
        verdictId: hexOf(`verdict ${desk.partition} ${offset}`),
        ...{ tenant, subject: desk.subject, device: desk.device, session: desk.device, sequence: offset },
        source: { topic: 'bench.behaviour.v1', partition: desk.partition, offset },
        receivedAtMs: desk.atMs,
        ...{ keystrokes: 25, strokes: 0, inputRoute: 'local', host: null, degraded: false },
        ...{ decision, reason: decision === 'undecided' ? 'insufficient-evidence' : 'none', risk },
        evidence: [
          { clock: 'instant', value: decision === 'machine' ? 2 : 0.1, threshold: 1 },
          { clock: 'session', value: risk / 73, threshold: 1 },
          { clock: 'activity', value: decision === 'suspicious' ? 1.4 : 0, threshold: 1 },
          { clock: 'weeks', value: 0, threshold: 1 },
        ],
        modalities: [own, ...beside],
        ...{ templateKind: 'own', templateVersion: 'ab'.repeat(32), templateTrainedAtMs: firstAtMs - 1e9 },
        ...{ templateSamples: 400, rulings: [] },
      };
    },
  };
}
