import { alertingConfig } from '../alerting/config.ts';
import { ingestConfig } from '../ingest/config.ts';
import type { ConfigDefinition } from '../platform/config/define-config.ts';
import { scorerConfig } from '../scorer/config.ts';
import { trainingConfig } from '../training/config.ts';

/** The configuration of every process, in the order of the reference. One file and one environment serve them all. */
export const processConfigs: readonly ConfigDefinition[] = [ingestConfig, scorerConfig, alertingConfig, trainingConfig];
