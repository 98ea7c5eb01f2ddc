import { Command } from 'commander';
import { addAlertsCommand } from './commands/alerts.ts';
import { addConfigCommand } from './commands/config.ts';
import { addDeadLettersCommand } from './commands/dead-letters.ts';
import { addDemoCommand } from './commands/demo.ts';
import { addDirectoryCommand } from './commands/directory.ts';
import { addEvaluateCommand } from './commands/evaluate.ts';
import { addFeedbackCommand } from './commands/feedback.ts';
import { addProcessCommands } from './commands/processes.ts';
import { addReplayCommand } from './commands/replay.ts';
import { addRescoreCommand } from './commands/rescore.ts';
import { addSuppressCommand } from './commands/suppress.ts';
import { addTailCommand } from './commands/tail.ts';
import { addTokenCommand } from './commands/token.ts';
import { addTopicsCommand } from './commands/topics.ts';
import { addTrainCommand } from './commands/train.ts';
import { addVerifyCommand } from './commands/verify.ts';
import { programVersion } from './program-version.ts';

/** The command line, `gaitkeeper <command>`. */
export function createProgram(): Command {
  const program = new Command('gaitkeeper')
    .version(programVersion)
    .description(
      'Is it still you at the keyboard? Continuous authentication from how people type, point and work; never from what they type.',
    )
    .showHelpAfterError('(add --help for the options and examples)')
    .exitOverride()
    .addHelpText(
      'after',
      '\nExamples:\n  gaitkeeper demo\n  gaitkeeper replay --recordings ../shared/datasets/villani-freetext --real --json\n  gaitkeeper topics apply --kafka-brokers localhost:9092 --replication-factor 1',
    );
  addDemoCommand(program);
  addReplayCommand(program);
  addEvaluateCommand(program);
  addProcessCommands(program);
  addTrainCommand(program);
  addTopicsCommand(program);
  addTailCommand(program);
  addAlertsCommand(program);
  addFeedbackCommand(program);
  addSuppressCommand(program);
  addDirectoryCommand(program);
  addVerifyCommand(program);
  addDeadLettersCommand(program);
  addRescoreCommand(program);
  addTokenCommand(program);
  addConfigCommand(program);
  return program;
}
