import type { Admin, metadataV12 } from '@platformatic/kafka';
import { kafkaErrorTypes } from '../kafka-error.ts';
import type { AdminClient } from '../kafka-topics.ts';
import type { PlatformaticConnections } from './connections.ts';
import { askAny, findPlaces } from './requests.ts';

/** Configuration that was set on the topic itself, as the protocol numbers it. */
const setOnTopic = 1;
const earliest = -2n;
const latest = -1n;

/** Questions to the cluster by the library's own admin client, which is told to forget what it knew before each. */
export function createPlatformaticAdmin(connections: PlatformaticConnections): AdminClient {
  let admin: Admin | undefined;

  const fresh = (): Admin => {
    if (admin === undefined) throw new Error('this admin client is not connected');
    // It looks brokers up in its memory by numbers from a newer answer, and falls over one it has not met.
    admin.clearMetadata();
    return admin;
  };
  const offsetsAt = async (topic: string, timestamp: bigint, count: number): Promise<Map<number, bigint>> => {
    const partitions = Array.from({ length: count }, (_, partitionIndex) => ({ partitionIndex, timestamp }));
    const found = await fresh().listOffsets({ topics: [{ name: topic, partitions }] });
    return new Map(
      found.flatMap((each) => each.partitions.map(({ partitionIndex, offset }) => [partitionIndex, offset])),
    );
  };

  return {
    connect: async () => {
      admin = await connections.admin();
      await describeCluster(admin);
    },
    disconnect: async () => {
      await admin?.close();
    },
    describeCluster: async () => {
      await describeCluster(fresh());
    },
    listTopics: () => fresh().listTopics(),
    partitions: async (topic) => {
      const { partitions } = await findPlaces(fresh(), topic);
      return partitions;
    },
    configuration: async (names) => {
      const { ConfigResourceTypes } = await import('@platformatic/kafka');
      const resources = names.map((resourceName) => ({ resourceType: ConfigResourceTypes.TOPIC, resourceName }));
      const found = await fresh().describeConfigs({ resources });
      return new Map(
        found.map(({ resourceName, configs }) => [
          resourceName,
          Object.fromEntries(
            configs
              .filter(({ configSource }) => configSource === setOnTopic)
              .map(({ name, value }) => [name, value ?? '']),
          ),
        ]),
      );
    },
    createTopics: async (definitions) => {
      for (const { name, partitions, replicationFactor, config } of definitions) {
        const configs = Object.entries(config).map(([key, value]) => ({ name: key, value }));
        try {
          await fresh().createTopics({ topics: [name], partitions, replicas: replicationFactor, configs });
        } catch (error) {
          if (!kafkaErrorTypes(error).includes('TOPIC_ALREADY_EXISTS')) throw error;
        }
      }
    },
    offsets: async (topic) => {
      const { partitions } = await findPlaces(fresh(), topic);
      const low = await offsetsAt(topic, earliest, partitions.length);
      const high = await offsetsAt(topic, latest, partitions.length);
      return partitions.map((_, partition) => ({
        ...{ partition, low: low.get(partition) ?? 0n, high: high.get(partition) ?? 0n },
      }));
    },
    deleteRecords: async (topic, partition, below) => {
      await fresh().deleteRecords({ topics: [{ name: topic, partitions: [{ partition, offset: BigInt(below) }] }] });
    },
    committedOffsets: async (group, topic) => {
      const { partitions: all } = await findPlaces(fresh(), topic);
      const partitionIndexes = all.map((_, partition) => partition);
      const found = await fresh().listConsumerGroupOffsets({
        groups: [{ groupId: group, topics: [{ name: topic, partitionIndexes }] }],
      });
      return found
        .flatMap((each) => each.topics.flatMap(({ partitions }) => partitions))
        .map(({ partitionIndex, committedOffset }) => ({ partition: partitionIndex, offset: committedOffset }));
    },
  };
}

async function describeCluster(admin: Admin): Promise<void> {
  await askAny<typeof metadataV12.api>(admin, 'Metadata', [], false, false);
}
