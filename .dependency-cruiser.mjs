/** The import law of docs/architecture.md: a folder may import itself and its row. Checked by `npm run check`. */
const law = {
  detection: [],
  platform: [],
  schemas: ['detection'],
  templates: ['detection', 'schemas', 'platform'],
  ingest: ['schemas', 'detection', 'platform'],
  alerting: ['schemas', 'detection', 'platform'],
  scorer: ['detection', 'schemas', 'platform', 'templates'],
  training: ['detection', 'schemas', 'platform', 'templates'],
  evaluation: ['detection', 'schemas', 'platform', 'templates', 'training', 'scorer', 'alerting'],
  verifier: ['detection', 'schemas', 'templates', 'platform', 'alerting'],
  faults: [
    'detection',
    'schemas',
    'platform',
    'templates',
    'ingest',
    'scorer',
    'alerting',
    'verifier',
    'deploy',
    'cli',
    'test',
  ],
};

/** Each infrastructure package has one importing folder or file; a package that is not listed may be imported anywhere but in detection/. */
const homes = {
  kafkajs: '^(platform/broker/kafkajs/|(bench/pipeline/ceiling-worker|test/servers/grant-rights)\\.ts$)',
  '@platformatic/kafka': '^platform/broker/platformatic/',
  ioredis: '^platform/store/redis-client\\.ts$',
  pino: '^platform/log\\.ts$',
  'prom-client': '^platform/metrics\\.ts$',
  fastify: '^(ingest/|platform/admin-server\\.ts|alerting/feedback/analyst-api\\.ts)',
  avsc: '^schemas/avro\\.ts$',
  jose: '^(ingest/device-token\\.ts|cli/)',
  '@tensorflow/': '^(training/tensorflow\\.ts|bench/|test/)',
  commander: '^(cli|test/whole-way)/',
  'cli-progress': '^cli/progress\\.ts$',
  vega: '^evaluation/report/render-chart\\.ts$',
  'vega-lite': '^evaluation/report/render-chart\\.ts$',
  'lru-cache': '^(platform|scorer|templates|ingest)/',
};

const folders = [...Object.keys(law), 'cli'];
const escaped = (name) => name.replaceAll('/', '\\/');

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    ...Object.entries(law).map(([folder, allowed]) => ({
      name: `law-${folder}`,
      comment: `${folder}/ may import ${allowed.length === 0 ? 'nothing of ours but itself' : allowed.join(', ')}`,
      severity: 'error',
      from: { path: `^${folder}/`, pathNot: '\\.test\\.ts$' },
      to: {
        path: `^(${folders.join('|')}|test|bench|scripts|deploy)/`,
        pathNot: `^(${[folder, ...allowed].join('|')})/`,
      },
    })),
    {
      name: 'product-not-to-tests',
      severity: 'error',
      from: { path: `^(${folders.join('|')}|deploy)/`, pathNot: '^faults/|\\.test\\.ts$' },
      to: { path: '^(test|bench|faults)/|\\.test\\.ts$' },
    },
    {
      name: 'faults-to-samples-alone',
      comment:
        'faults/ is a proof and no product: it may use the seeded samples of test/, and nothing that runs under Jest',
      severity: 'error',
      from: { path: '^faults/', pathNot: '\\.test\\.ts$' },
      to: { path: '^(test|bench)/|\\.test\\.ts$', pathNot: '^test/samples/' },
    },
    {
      name: 'detection-is-pure',
      comment: 'detection/ has no packages, no Node modules, no clock',
      severity: 'error',
      from: { path: '^detection/', pathNot: '\\.test\\.ts$' },
      to: { dependencyTypes: ['core', 'npm', 'npm-dev', 'npm-optional', 'npm-peer'] },
    },
    {
      name: 'types-only-from-detection',
      comment: 'schemas, ingest and alerting know the words of detection/, not its mathematics',
      severity: 'error',
      from: { path: '^(schemas|ingest|alerting)/', pathNot: '\\.test\\.ts$' },
      to: { path: '^detection/', dependencyTypesNot: ['type-only'], pathNot: '^detection/words/' },
    },
    {
      name: 'verifier-writes-the-protocol-again',
      comment: 'a verifier that shares the engine shares its defects; of alerting it takes what is pure',
      severity: 'error',
      from: { path: '^verifier/', pathNot: '\\.test\\.ts$' },
      to: { path: '^(platform/stage/|alerting/(process|verdict-reader|[a-z-]+/[a-z-]+-stage))' },
    },
    ...Object.entries(homes).map(([name, home]) => ({
      name: `home-of-${name}`,
      severity: 'error',
      from: { path: `^(${folders.join('|')}|deploy|scripts|test|bench)/`, pathNot: home },
      to: { path: `node_modules/${escaped(name)}${name.endsWith('/') ? '' : '/'}` },
    })),
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    { name: 'not-to-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|native)/' },
    tsPreCompilationDeps: 'specify',
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.js', '.mjs', '.json'],
    },
  },
};
