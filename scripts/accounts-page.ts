import { type AccountRight, type KafkaAccount, readKafkaAccounts } from '../deploy/kafka-accounts.ts';

/** `docs/kafka-accounts.md`: what each account may do at Kafka, from `deploy/acls.yaml`. */
export function accountsPage(): string {
  const accounts = readKafkaAccounts('gaitkeeper.');
  const rows = accounts.flatMap(({ name, runs, rights }) =>
    rights.map(
      (right, index) =>
        `| ${index === 0 ? name : ''} | ${index === 0 ? runs.map((run) => `\`gaitkeeper ${run}\``).join(', ') : ''} | ${right.resource} | \`${nameOf(right)}\` | ${right.operations.join(', ')} |`,
    ),
  );
  const scorer = accounts.find(({ name }) => name === 'scorer');
  return `# Accounts at Kafka

Written by \`npm run docs\` from \`deploy/acls.yaml\`, which says why; do not edit. Where Kafka has an authorizer, each process and command has an account
(\`kafkaSaslUsername\`) with these rights and no others. Names are those of the defaults: topics follow \`topicPrefix\`, groups \`scorerGroup\` and \`alertingGroup\`.
\`*\` at the end: all that begins so. Read and Write include Describe; before Kafka 2.8, who writes also needs IdempotentWrite on the cluster.
Each account does its work with these rights, and is refused another's topic, in \`test/contracts/kafka-accounts-contract.ts\`.

| account | for | | name | may |
| --- | --- | --- | --- | --- |
${rows.join('\n')}

- A right that is missing is told by the process that misses it, with what to grant; the log of the gateway says so where it cannot see how far the scorers are.
- Groups \`gaitkeeper.read.…\` are readings that commit nothing. Whoever subscribes to alerts or verdicts otherwise reads under a group of its own: grant Read on that.
- \`topics plan\` and \`dead-letters list\` and \`show\` only look: without Create, or Write, they work all the same. \`rescore\` needs the last topic for \`--into\` alone.

As commands, for the scorer:
\`\`\`sh
${scorer === undefined ? '' : commandsOf(scorer).join('\n')}
\`\`\`
`;
}

function nameOf({ name, isPrefix }: AccountRight): string {
  return isPrefix ? `${name}*` : name;
}

function commandsOf({ name, rights }: KafkaAccount): string[] {
  return rights.map(({ resource, name: on, isPrefix, operations }) => {
    const allowed = operations.map((operation) => `--operation ${operation}`).join(' ');
    const pattern = isPrefix ? ' --resource-pattern-type prefixed' : '';
    return `kafka-acls.sh --bootstrap-server kafka:9092 --add --allow-principal User:${name} ${allowed} --${resource} ${on}${pattern}`;
  });
}
