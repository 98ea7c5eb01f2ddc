import fc from 'fast-check';
import { fitShrunkMahalanobis, typingMahalanobis } from '../../detection/detectors/shrunk-mahalanobis.ts';
import { currentCatalogue } from '../../detection/features/catalogue.ts';
import { judge, noTemplates } from '../../detection/judge.ts';
import { packGaussian } from '../../detection/linear-algebra/packed-gaussian.ts';
import { fitScaler, scale } from '../../detection/scaling.ts';
import { calibrateEvidence } from '../../detection/sequential/calibrate-evidence.ts';
import { newSubjectState } from '../../detection/subject-state.ts';
import { type ScoringModel, scoreWindow } from '../../detection/window-score.ts';
import type { BehaviourBatch, KeystrokeSample, PointerStroke } from '../../detection/words/behaviour.ts';
import { activityKinds, inputRoutes, pointerDevices, strokeKinds } from '../../detection/words/behaviour.ts';
import type { ModelledModality, Template } from '../../detection/words/template.ts';

const device = 'd'.repeat(32);

/** A batch that says nothing, to be filled in. */
export function emptyBatch(change: Partial<BehaviourBatch> = {}): BehaviourBatch {
  return {
    tenant: 'acme',
    subject: 'a'.repeat(32),
    device,
    session: '1'.repeat(32),
    sequence: 0,
    deviceClockMs: 0,
    durationMs: 5000,
    receivedAtMs: 1_790_000_000_000,
    handling: 'full',
    collector: { name: 'test', version: '1', timerResolutionMs: 1 },
    context: { inputRoute: 'local', network: null, domain: null, host: null },
    keystrokes: [],
    pointer: [],
    activity: [],
    ...change,
  };
}

/** Numbers in 0..1 and standard normal ones from a seed. */
export function seededNumbers(seed: number): { uniform: () => number; normal: () => number } {
  let state = (seed * 2654435761) >>> 0;
  const uniform = () => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0;
    return ((state ^ (state >>> 13)) >>> 0) / 2 ** 32;
  };
  const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  return { uniform, normal };
}

/** How a made-up person types and points. */
export interface Person {
  holdMs: number;
  pressPressMs: number;
  speedPxPerS: number;
}

export const alex: Person = { holdMs: 95, pressPressMs: 190, speedPxPerS: 500 };
export const sam: Person = { holdMs: 135, pressPressMs: 260, speedPxPerS: 1100 };

const onGrid = (ms: number, gridMs: number) => Math.round(ms / gridMs) * gridMs;

/** 25 keystrokes of a person, on the wire's grid. */
export function typed(person: Person, seed: number, count = 25): KeystrokeSample[] {
  const { uniform, normal } = seededNumbers(seed);
  return Array.from({ length: count }, () => {
    const holdMs = onGrid(person.holdMs * Math.exp(0.25 * normal()), 5);
    const pressPressMs = onGrid(person.pressPressMs * Math.exp(0.4 * normal()), 5);
    const [previous, current] = [Math.floor(uniform() ** 2 * 5), Math.floor(uniform() ** 2 * 5)];
    return { zonePair: previous * 6 + current, holdMs, pressPressMs, releasePressMs: pressPressMs - holdMs };
  });
}

/** Strokes of a person, on the wire's grid. */
export function pointed(person: Person, seed: number, count = 10): PointerStroke[] {
  const { uniform, normal } = seededNumbers(seed);
  return Array.from({ length: count }, () => {
    const steps = 8 + Math.floor(uniform() * 16);
    const heading = uniform() * 2 * Math.PI;
    const dtMs = Array.from({ length: steps }, () => 4 + 4 * Math.floor(uniform() * 4));
    const lengths = dtMs.map((ms, i) => (person.speedPxPerS * ms * (0.3 + Math.sin((Math.PI * i) / steps))) / 1000);
    const bend = 0.1 * normal();
    return {
      kind: uniform() < 0.5 ? ('click' as const) : ('move' as const),
      device: 'mouse' as const,
      dtMs,
      dx: lengths.map((length, i) => Math.round(length * Math.cos(heading + bend * i) + normal())),
      dy: lengths.map((length, i) => Math.round(length * Math.sin(heading + bend * i) + normal())),
      pauseMs: onGrid(300 * Math.exp(normal()), 4),
      pressMs: onGrid(90 * Math.exp(0.3 * normal()), 4),
      stopMs: onGrid(120 * Math.exp(0.5 * normal()), 4),
    };
  });
}

/** Consecutive batches of a person's session, 25 keystrokes and 10 strokes each. */
export function sessionOf(person: Person, seed: number, batches: number, firstSequence = 0): BehaviourBatch[] {
  const session = (seed % 0xffffffff).toString(16).padStart(32, '0');
  return Array.from({ length: batches }, (_, i) =>
    emptyBatch({
      session,
      sequence: firstSequence + i,
      keystrokes: typed(person, seed * 1000 + i),
      pointer: pointed(person, seed * 1000 + i),
    }),
  );
}

/** The vectors that judging without a template yields, by session. */
function vectorsOf(sessions: readonly BehaviourBatch[][], modality: ModelledModality): Float32Array[][] {
  let state = newSubjectState();
  return sessions.map((batches) => {
    const rows: Float32Array[] = [];
    for (const batch of batches) {
      const outcome = judge(noTemplates, state, batch);
      state = outcome.state;
      for (const judged of outcome.judgement.modalities) {
        if (judged.modality === modality) rows.push(Float32Array.from(judged.vector));
      }
    }
    return rows;
  });
}

/**
 * A template of a person's four sessions whose autoencoder always answers "exactly as usual", so that the score is the mean
 * distance from the person's centre: right in kind, with no training.
 */
export function templateOf(person: Person, change: Partial<Template> = {}): Template {
  const sessions = [1, 2, 3, 4].map((seed) => sessionOf(person, seed, 20, seed * 20));
  const models = (['keystrokes', 'pointer'] as const).map((modality) => {
    const catalogue = currentCatalogue(modality);
    const { version, features, hidden, windowSamples, referenceSpread } = catalogue;
    const inputs = features.length;
    const rows = vectorsOf(sessions, modality);
    const scaler = fitScaler(rows.flat(), referenceSpread);
    const scaled = rows.flat().map((row) => {
      const out = new Float32Array(inputs);
      scale(scaler, row, out);
      return out;
    });
    const shape = fitShrunkMahalanobis(scaled, typingMahalanobis);
    const scoring: ScoringModel = {
      scaler,
      autoencoder: {
        inputs,
        hidden,
        encode: new Float32Array(inputs * hidden),
        encodeBias: new Float32Array(hidden),
        decode: new Float32Array(inputs * hidden),
        decodeBias: new Float32Array(inputs),
      },
      distance: packGaussian(shape.mean, shape.lower),
      likelihoodRatio: null,
    };
    const scores = Float64Array.from(rows.flat(), (row) => scoreWindow(catalogue, scoring, undefined, row).score);
    const starts = rows.map((_, s) => rows.slice(0, s).reduce((count, session) => count + session.length, 0));
    return {
      modality,
      catalogueVersion: version,
      windowSamples,
      ...scoring,
      calibration: calibrateEvidence(
        starts.map((start, s) => scores.slice(start, starts[s + 1])),
        {
          constants: catalogue.evidenceConstants.oneClass,
          contract: { workingDaysPerFalseAlert: 20, windowsPerWorkingDay: 200 },
          shareOfBudget: 0.5,
          rule: catalogue.evidenceRules.oneClass,
          sessions: starts.length,
        },
      ),
    };
  });
  return {
    version: 'e'.repeat(64),
    tenant: 'acme',
    subject: 'a'.repeat(32),
    kind: 'own',
    trainedAtMs: 1_790_000_000_000,
    sampleCount: 76,
    seed: 1,
    parent: '',
    background: '',
    models,
    backgrounds: [],
    ...change,
  };
}

const anyPseudonym = fc.constantFrom('0'.repeat(32), '1'.repeat(32), 'deadbeef'.repeat(4));
const anyKeystroke: fc.Arbitrary<KeystrokeSample> = fc.record({
  zonePair: fc.integer({ min: 0, max: 35 }),
  holdMs: fc.integer({ min: 0, max: 60_000 }),
  pressPressMs: fc.option(fc.integer({ min: 0, max: 60_000 })),
  releasePressMs: fc.option(fc.integer({ min: -60_000, max: 60_000 })),
});
const anyStep = fc.record({
  dt: fc.integer({ min: 0, max: 60_000 }),
  dx: fc.oneof(fc.constant(0), fc.integer({ min: -20_000, max: 20_000 })),
  dy: fc.oneof(fc.constant(0), fc.integer({ min: -20_000, max: 20_000 })),
});
const anyStroke: fc.Arbitrary<PointerStroke> = fc
  .record({
    kind: fc.constantFrom(...strokeKinds),
    device: fc.constantFrom(...pointerDevices),
    steps: fc.array(anyStep, { maxLength: 64 }),
    pauseMs: fc.option(fc.integer({ min: 0, max: 1_000_000 })),
    pressMs: fc.option(fc.integer({ min: 0, max: 1_000_000 })),
    stopMs: fc.option(fc.integer({ min: 0, max: 1_000_000 })),
  })
  .map(({ steps, ...stroke }) => ({
    ...stroke,
    dtMs: steps.map((step) => step.dt),
    dx: steps.map((step) => step.dx),
    dy: steps.map((step) => step.dy),
  }));

/** Any batch that the wire's limits let through. */
export const anyBatch: fc.Arbitrary<BehaviourBatch> = fc
  .record({
    device: anyPseudonym,
    session: anyPseudonym,
    sequence: fc.integer({ min: 0, max: 200 }),
    keystrokes: fc.array(anyKeystroke, { maxLength: 25 }),
    pointer: fc.array(anyStroke, { maxLength: 64 }),
    activity: fc.array(fc.record({ kind: fc.constantFrom(...activityKinds), count: fc.nat(1000) }), { maxLength: 3 }),
    inputRoute: fc.constantFrom(...inputRoutes),
  })
  .map(({ inputRoute, ...fields }) =>
    emptyBatch({ ...fields, context: { inputRoute, network: null, domain: null, host: null } }),
  );
