import { type Command, Option } from 'commander';
import { type RulingWord, rulingWords } from '../../detection/words/verdict.ts';
import { systemClock } from '../../platform/clock.ts';
import { defineConfig } from '../../platform/config/define-config.ts';
import { kafkaRules, kafkaSettings } from '../../platform/config/shared-settings.ts';
import { addConfigOptions, configFrom } from '../config-options.ts';
import { hexId } from '../hex-id-option.ts';
import { giveFeedback } from '../incidents/give-feedback.ts';
import { createProgress } from '../progress.ts';
import { standalone } from '../standalone.ts';
import { withBroker } from '../with-broker.ts';

const feedbackConfig = standalone(defineConfig('feedback', kafkaSettings, kafkaRules));

/** `gaitkeeper feedback <incident>`: what an analyst says of it. */
export function addFeedbackCommand(program: Command): void {
  addConfigOptions(program.command('feedback'), feedbackConfig)
    .argument('<incident>', 'its id, as it stands in each of its alerts', hexId)
    .summary('rule on an incident: it applies at the next verdict')
    .description(
      "Says what an incident was. `false-positive` and `benign-known` take what had gathered against the account back at the person's next verdict and close the incident; nothing is retrained by itself. `confirmed` and `unsure` are written down.",
    )
    .addOption(new Option('--ruling <word>', 'what it was').choices(rulingWords).makeOptionMandatory())
    .requiredOption('--by <name>', 'who says so')
    .option('--json', 'print the ruling as JSON')
    .option('--quiet', 'no progress')
    .addHelpText(
      'after',
      '\nExample:\n  gaitkeeper feedback 0123456789abcdef0123456789abcdef --ruling false-positive --by avery --kafka-brokers kafka:9092',
    )
    .action(
      async (
        incidentId: string,
        options: Record<string, unknown> & { ruling: RulingWord; by: string; json?: boolean; quiet?: boolean },
      ) => {
        const config = configFrom(feedbackConfig, options, process.env);
        const progress = createProgress({ stream: process.stderr, quiet: options.quiet === true });
        const given = { incidentId, ruling: options.ruling, by: options.by, ruledAtMs: systemClock.nowMs() };
        try {
          const recorded = await withBroker('feedback', config, (around) => {
            progress.begin('looking for the incident', 0);
            return giveFeedback({ ...around, onRead: (read) => progress.advance(read) }, given);
          });
          progress.end();
          const { ruling, recordedAt } = recorded;
          process.stdout.write(
            options.json === true
              ? `${JSON.stringify({ ...ruling, recordedAt })}\n`
              : `${ruling.ruling}: recorded, and applies at the next verdict on ${ruling.subject}\n`,
          );
        } finally {
          progress.end();
        }
      },
    );
}
