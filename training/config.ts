import { z } from 'zod';
import { type ConfigOf, defineConfig } from '../platform/config/define-config.ts';
import { setting } from '../platform/config/setting.ts';
import {
  kafkaRules,
  kafkaSettings,
  processSettings,
  redisRules,
  redisSettings,
  tenantSettings,
} from '../platform/config/shared-settings.ts';
import { trainingBackends } from './tensorflow.ts';

/** What training can be told. */
export const trainingConfig = defineConfig(
  'train',
  {
    ...kafkaSettings,
    ...redisSettings,
    logLevel: processSettings.logLevel,
    logFormat: processSettings.logFormat,
    ...tenantSettings,
    trainingBackend: setting(z.enum(trainingBackends).default('auto'), {
      description:
        'What TensorFlow.js runs on: tfjs-node (brought by `npm run setup:tfjs-node`), wasm, or auto for the first that loads.',
    }),
    trainingSeed: setting(
      z
        .int()
        .min(0)
        .max(2 ** 32 - 1)
        .default(1),
      {
        description: 'Where chance begins. The same rows, seed and backend give the same templates, bit for bit.',
      },
    ),
    workingDaysPerFalseAlert: setting(z.number().positive().max(10_000).default(20), {
      description:
        'The promise to every worker: at most one false alert in so many working days. A larger number makes detection slower.',
    }),
    windowsPerWorkingDay: setting(z.number().positive().max(100_000).default(400), {
      description: 'Windows scored for one account in a working day (one for 25 keystrokes): turns days into windows.',
    }),
  },
  [...kafkaRules, ...redisRules],
);

export type TrainingConfig = ConfigOf<typeof trainingConfig>;
