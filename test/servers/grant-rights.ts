import kafkajs, { type AclEntry } from 'kafkajs';
import type { AclOperation, KafkaAccount } from '../../deploy/kafka-accounts.ts';
import { eventually } from '../contracts/eventually.ts';

/** A Kafka that asks who we are, and whom it lets do everything. */
export interface GuardedKafka {
  brokers: readonly string[];
  /** Certificate of its authority, PEM. */
  authority: string;
  superUser: { username: string; password: string };
}

const { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes } = kafkajs;
const operationNumbers: Record<AclOperation, number> = {
  Read: AclOperationTypes.READ,
  Write: AclOperationTypes.WRITE,
  Create: AclOperationTypes.CREATE,
  Describe: AclOperationTypes.DESCRIBE,
  DescribeConfigs: AclOperationTypes.DESCRIBE_CONFIGS,
};

/** Gives each account its rights, under a principal of its own name, and resolves when the broker knows them all. */
export async function grantRights(
  { brokers, authority: ca, superUser }: GuardedKafka,
  accounts: readonly KafkaAccount[],
): Promise<void> {
  const acl = accounts.flatMap(({ name, rights }) =>
    rights.flatMap((right) => right.operations.map((operation) => entryOf(name, right, operation))),
  );
  const sasl = { mechanism: 'plain', ...superUser } as const;
  const admin = new kafkajs.Kafka({ brokers: [...brokers], ssl: { ca }, sasl, logLevel: 0 }).admin();
  await admin.connect();
  try {
    await admin.createAcls({ acl });
    await eventually('every right is known', async () => {
      const { resources } = await admin.describeAcls({
        resourceType: AclResourceTypes.ANY,
        resourcePatternType: ResourcePatternTypes.ANY,
        permissionType: AclPermissionTypes.ANY,
        operation: AclOperationTypes.ANY,
      });
      return resources.reduce((sum, { acls }) => sum + acls.length, 0) >= acl.length;
    });
  } finally {
    await admin.disconnect();
  }
}

function entryOf(account: string, right: KafkaAccount['rights'][number], operation: AclOperation): AclEntry {
  return {
    principal: `User:${account}`,
    host: '*',
    operation: operationNumbers[operation],
    permissionType: AclPermissionTypes.ALLOW,
    resourceType: right.resource === 'topic' ? AclResourceTypes.TOPIC : AclResourceTypes.GROUP,
    resourceName: right.name,
    resourcePatternType: right.isPrefix ? ResourcePatternTypes.PREFIXED : ResourcePatternTypes.LITERAL,
  };
}
