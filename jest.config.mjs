import { SHARED_PACKAGES } from './test/support/shared-modules.mjs'

// The entries of the packages that suites share are replaced; nothing else of a package is touched.
const OF_SHARED_PACKAGES = `(?:${[...new Set(SHARED_PACKAGES.map(name => name.split('/')[0]))].join('|')})/`

export default {
  testEnvironment: '<rootDir>/test/support/shared-modules-environment.mjs',
  runtime: '<rootDir>/test/support/scripts-once-runtime.cjs',
  globalSetup: '<rootDir>/test/support/scan-output.mjs',
  globalTeardown: '<rootDir>/test/support/scan-output-end.mjs',
  // Compiling the whole knowledge takes its time on a busy machine; no test measures time.
  testTimeout: 120_000,
  roots: ['<rootDir>/test'],
  extensionsToTreatAsEsm: ['.ts', '.tsx'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: { [`^.+\\.tsx?$|/node_modules/${OF_SHARED_PACKAGES}.*\\.m?js$`]: '<rootDir>/test/esbuild-transform.mjs' },
  transformIgnorePatterns: [`/node_modules/(?!${OF_SHARED_PACKAGES})`],
}
