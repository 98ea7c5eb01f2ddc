import type { ValuesOf } from '../config/define-config.ts';
import type { stageSettings } from '../config/shared-settings.ts';
import { defaultDeadLetterLimit } from './dead-letter-limit.ts';
import type { StageOptions } from './stage-options.ts';

/** What an operator sets for every stage alike. */
export function configuredStageOptions(config: ValuesOf<typeof stageSettings>): StageOptions {
  return {
    sessionTimeoutMs: config.kafkaSessionTimeoutMs,
    deadLetterLimit: {
      ...defaultDeadLetterLimit,
      maxInARow: config.stageMaxDeadLettersInARow,
      maxShare: config.stageMaxDeadLetterShare,
    },
  };
}
