export default {
  testEnvironment: '<rootDir>/test/support/shared-modules-environment.mjs',
  // Compiling the whole knowledge takes its time on a busy machine; no test measures time.
  testTimeout: 120_000,
  roots: ['<rootDir>/test'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: { '^.+\\.ts$': '<rootDir>/test/esbuild-transform.mjs' },
}
