/** One node of a local cluster; `ports` holds each node's client port and controller port in turn. */
export interface KafkaNode {
  node: number;
  ports: readonly number[];
  /** For clients that come by another way; the nodes then talk among themselves on the second port. */
  advertised?: { clientPort: number; internalPort: number };
  dataDir: string;
  properties?: Readonly<Record<string, string>>;
}

/** The text of a node's `server.properties`: KRaft, loopback only, replicated over all nodes, quick to start and to rebalance. */
export function kafkaNodeProperties({ node, ports, advertised, dataDir, properties = {} }: KafkaNode): string {
  const nodes = ports.length / 2;
  const voters = Array.from({ length: nodes }, (_, index) => `${index + 1}@127.0.0.1:${ports[index * 2 + 1]}`);
  const client = `PLAINTEXT://127.0.0.1:${ports[node * 2]}`;
  const controller = `CONTROLLER://127.0.0.1:${ports[node * 2 + 1]}`;
  const internal = `INTERNAL://127.0.0.1:${advertised?.internalPort}`;
  const inSync = nodes === 1 ? 1 : 2;
  const lines: Record<string, string> = {
    'process.roles': 'broker,controller',
    'node.id': `${node + 1}`,
    'controller.quorum.voters': voters.join(','),
    listeners: advertised === undefined ? `${client},${controller}` : `${client},${controller},${internal}`,
    'advertised.listeners':
      advertised === undefined ? client : `PLAINTEXT://127.0.0.1:${advertised.clientPort},${internal}`,
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': advertised === undefined ? 'PLAINTEXT' : 'INTERNAL',
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,INTERNAL:PLAINTEXT,CONTROLLER:PLAINTEXT,SASL_SSL:SASL_SSL',
    'log.dirs': dataDir,
    'auto.create.topics.enable': 'false',
    'default.replication.factor': `${nodes}`,
    'min.insync.replicas': `${inSync}`,
    'offsets.topic.num.partitions': '1',
    'offsets.topic.replication.factor': `${nodes}`,
    'transaction.state.log.num.partitions': '1',
    'transaction.state.log.replication.factor': `${nodes}`,
    'transaction.state.log.min.isr': `${inSync}`,
    'share.coordinator.state.topic.replication.factor': `${nodes}`,
    'share.coordinator.state.topic.min.isr': `${inSync}`,
    // A first member need not wait for others to come, and a test may ask for a short session.
    'group.initial.rebalance.delay.ms': '0',
    'group.min.session.timeout.ms': '1000',
    // Compaction that a test can wait for.
    'log.cleaner.backoff.ms': '500',
    ...properties,
  };
  return Object.entries(lines)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');
}
