const swc = {
  jsc: { target: 'es2023', parser: { syntax: 'typescript' } },
  module: { type: 'es6' },
};

/** @type {import('jest').Config} */
export default {
  testEnvironment: '<rootDir>/test/plain-globals-environment.ts',
  testSequencer: '<rootDir>/test/longest-first.mjs',
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.ts$': ['@swc/jest', swc] },
  testMatch: ['<rootDir>/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/', '/native/'],
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/native/'],
  globalSetup: '<rootDir>/test/servers/global-setup.ts',
  globalTeardown: '<rootDir>/test/servers/global-teardown.ts',
  testTimeout: 180_000,
  maxWorkers: 2,
};
