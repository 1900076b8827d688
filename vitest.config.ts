import { configDefaults, defineConfig } from 'vitest/config'

// Tests read the packages' sources, so they need no build.
const conditions = ['@mtaio/source']

// .ci/run sums up what lies in this folder.
const reports = process.env['MTAIO_REPORTS']

const shared = {
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
}

const sharedTest = {
  pool: 'forks' as const,
  setupFiles: ['./test/setup/fail-on-warnings.ts'],
}

const browserTests = 'test/browser/**/*.test.ts'
const loadTests = 'test/{load,soak}/**/*.test.ts'

export default defineConfig({
  test: {
    maxWorkers: 2,
    reporters:
      reports === undefined
        ? ['default']
        : ['default', ['json', { outputFile: `${reports}/npm-test.json` }]],
    coverage: {
      provider: 'v8',
      include: ['packages/{core,express,koa,fastify}/src/**/*.ts'],
      exclude: ['**/*.test.ts', 'packages/core/src/status/api-types.ts'],
      reporter: ['text-summary', 'html', 'json-summary'],
    },
    projects: [
      {
        ...shared,
        test: {
          ...sharedTest,
          name: 'unit',
          include: ['packages/*/src/**/*.test.ts', 'scripts/**/*.test.mjs'],
          testTimeout: 20_000,
        },
      },
      {
        ...shared,
        test: {
          ...sharedTest,
          name: 'integration',
          include: ['test/**/*.test.ts'],
          exclude: [...configDefaults.exclude, browserTests, loadTests],
          testTimeout: 30_000,
          hookTimeout: 30_000,
        },
      },
      // What needs the machine for itself, or a browser, runs after the rest and one file at a time.
      {
        ...shared,
        test: {
          ...sharedTest,
          name: 'browser',
          include: [browserTests],
          // A page that is drawn late is drawn right all the same.
          expect: { poll: { timeout: 5000 } },
          testTimeout: 60_000,
          hookTimeout: 60_000,
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
      {
        ...shared,
        test: {
          ...sharedTest,
          name: 'load',
          include: [loadTests],
          testTimeout: 120_000,
          hookTimeout: 60_000,
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
})
