import { randomBytes } from 'node:crypto';
import { type Command, Option } from 'commander';
import { systemClock } from '../../platform/clock.ts';
import { defineConfig } from '../../platform/config/define-config.ts';
import { kafkaRules, kafkaSettings, tenantSettings } from '../../platform/config/shared-settings.ts';
import { exitCodes } from '../../platform/exit-codes.ts';
import { type IncidentPattern, incidentPatterns } from '../../schemas/incident.ts';
import { type SuppressionRule, suppressionLimits } from '../../schemas/suppression.ts';
import { addConfigOptions, configFrom, Refusal } from '../config-options.ts';
import { hexId } from '../hex-id-option.ts';
import { readIncidents } from '../incidents/read-incidents.ts';
import { createProgress } from '../progress.ts';
import { standalone } from '../standalone.ts';
import { type ListedRule, listRules } from '../suppressions/listed-rules.ts';
import { writeRule } from '../suppressions/write-rule.ts';
import { lengthOfTime } from '../time-option.ts';
import { withBroker } from '../with-broker.ts';

const suppressConfig = standalone(defineConfig('suppress', { ...kafkaSettings, ...tenantSettings }, kafkaRules));
const readingConfig = standalone(defineConfig('suppress', kafkaSettings, kafkaRules));

interface AddOptions extends Record<string, unknown> {
  subject?: string;
  group?: string;
  host?: string;
  pattern?: IncidentPattern;
  owner: string;
  reason: string;
  for: number;
  json?: boolean;
}

/** `gaitkeeper suppress add | list | remove`. */
export function addSuppressCommand(program: Command): void {
  const suppress = program
    .command('suppress')
    .summary('which incidents need not be told, on whose word and until when')
    .description(
      'A rule keeps alerts back and nothing else: scoring goes on, the incident stands on its topic, and what was kept back is counted. Every rule has an owner, a reason and an end. Of injected input, a rule that names a subject or a group says nothing.',
    );
  addAdd(suppress);
  addList(suppress);
  addRemove(suppress);
}

function addAdd(suppress: Command): void {
  addConfigOptions(suppress.command('add'), suppressConfig)
    .summary('keep the alerts of some incidents back for a while')
    .description('All that is named must hold of an incident; at least one of subject, group, host and pattern.')
    .option('--subject <pseudonym>', 'as it stands in the alert, 32 hexadecimal digits', hexId)
    .option('--group <name>', 'a group of the directory')
    .option('--host <pseudonym>', 'as it stands in the alert, 32 hexadecimal digits', hexId)
    .addOption(new Option('--pattern <name>', 'one kind of incident').choices(incidentPatterns))
    .requiredOption('--owner <who>', 'who answers for the rule')
    .requiredOption('--reason <text>', 'why')
    .requiredOption('--for <time>', 'how long, such as 12h or 7d', lengthOfTime(suppressionLimits.longestMs))
    .option('--json', 'print the rule as JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  gaitkeeper suppress add --subject 0123456789abcdef0123456789abcdef --owner soc --reason "broken arm" --for 14d\n  gaitkeeper suppress add --group contractors --pattern activity-surprise --owner soc --reason "stocktaking" --for 3d --tenant acme',
    )
    .action(async (options: AddOptions) => {
      const config = configFrom(suppressConfig, options, process.env);
      const { subject = null, group = null, host = null, pattern = null, owner, reason, for: forMs } = options;
      const createdAtMs = systemClock.nowMs();
      const times = { createdAtMs, expiresAtMs: createdAtMs + forMs };
      const ruleId = randomBytes(16).toString('hex');
      const scope = { tenant: config.tenant, subject, group, host, pattern };
      const rule: SuppressionRule = { ruleId, action: 'add', ...scope, owner, reason, ...times };
      await withBroker('suppress', config, ({ broker, topics }) =>
        writeRule({ broker, topic: topics.incidents }, rule),
      );
      const until = new Date(rule.expiresAtMs).toISOString();
      process.stdout.write(
        options.json === true ? `${JSON.stringify(rule)}\n` : `rule ${ruleId} holds until ${until}\n`,
      );
    });
}

function addList(suppress: Command): void {
  addConfigOptions(suppress.command('list'), readingConfig)
    .summary('every rule: whether it holds, whose it is, and how many revisions it kept back')
    .option('--all', 'also those that have expired or were removed')
    .option('--json', 'one JSON document')
    .option('--quiet', 'no progress')
    .addHelpText('after', '\nExample:\n  gaitkeeper suppress list --all --kafka-brokers kafka:9092')
    .action(async (options: Record<string, unknown> & { all?: boolean; json?: boolean; quiet?: boolean }) => {
      const listed = await rulesOf(options);
      const shown = listed.filter(({ standing }) => options.all === true || isAlive(standing));
      process.stdout.write(
        options.json === true ? `${JSON.stringify(shown, null, 2)}\n` : inWords(shown, listed.length - shown.length),
      );
    });
}

function addRemove(suppress: Command): void {
  addConfigOptions(suppress.command('remove'), readingConfig)
    .argument('<rule>', 'its id, as `list` prints it', hexId)
    .summary('take a rule back before it ends')
    .option('--quiet', 'no progress')
    .addHelpText('after', '\nExample:\n  gaitkeeper suppress remove 0123456789abcdef0123456789abcdef')
    .action(async (ruleId: string, options: Record<string, unknown> & { quiet?: boolean }) => {
      const found = (await rulesOf(options)).find(({ rule }) => rule.ruleId === ruleId);
      if (found === undefined) {
        throw new Refusal(`there is no rule ${ruleId}\n  fix: \`gaitkeeper suppress list --all\``, exitCodes.usage);
      }
      const rule: SuppressionRule = { ...found.rule, action: 'remove' };
      const config = configFrom(readingConfig, options, process.env);
      await withBroker('suppress', config, ({ broker, topics }) =>
        writeRule({ broker, topic: topics.incidents }, rule),
      );
      process.stdout.write(`rule ${ruleId} is taken back\n`);
    });
}

async function rulesOf(options: Record<string, unknown> & { quiet?: boolean }): Promise<ListedRule[]> {
  const progress = createProgress({ stream: process.stderr, quiet: options.quiet === true });
  try {
    return await withBroker('suppress', configFrom(readingConfig, options, process.env), async ({ broker, topics }) => {
      progress.begin('reading incidents', 0);
      const topic = topics.incidents;
      const partitions = (await broker.offsets(topic)).length;
      const records = readIncidents({ broker, topic, onRead: (read) => progress.advance(read) });
      return await listRules(records, { partitions, nowMs: systemClock.nowMs() });
    });
  } finally {
    progress.end();
  }
}

function isAlive(standing: ListedRule['standing']): boolean {
  return standing === 'in-force' || standing === 'partial';
}

function inWords(shown: readonly ListedRule[], hidden: number): string {
  const lines = shown.flatMap(({ rule, standing, heldBack }) => {
    const { ruleId, tenant, subject, group, host, pattern, owner, reason, expiresAtMs } = rule;
    const scope = Object.entries({ subject, group, host, pattern }).flatMap(([name, value]) =>
      value === null ? [] : `${name} ${value}`,
    );
    const kept = heldBack === null ? 'kept back: only publishing knows (group)' : `kept back: ${heldBack} revisions`;
    return [
      `${ruleId}  ${standing}  until ${new Date(expiresAtMs).toISOString()}  ${kept}`,
      `  tenant ${tenant}: ${scope.join(', ')}`,
      `  ${owner}: ${reason}`,
    ];
  });
  if (lines.length === 0) lines.push('no rule is in force');
  if (hidden > 0) lines.push(`${hidden} expired or removed: --all shows them`);
  return `${lines.join('\n')}\n`;
}
