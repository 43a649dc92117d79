import { existsSync } from 'node:fs';
import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';

const source = ['@scalearn/source'];
const chromium = process.env.CHROMIUM ?? '/usr/bin/chromium';
// `npm test` says so where a machine has no adapter. Unsaid, there is one.
const webgpu = process.env.SCALEARN_TEST_WEBGPU !== '0';

/** Test files of the repository and its packages whose name ends so. */
const named = (ending: string) => [`packages/*/test/**/*${ending}`, `test/**/*${ending}`];

// The projects run one after another, in the order of `groupOrder` (from 1: vitest does not order group 0): they
// would compete for the same few cores.
export default defineConfig({
  resolve: { conditions: [...source, 'module', 'browser', 'development|production'] },
  ssr: {
    resolve: {
      conditions: [...source, 'node', 'module', 'development|production'],
      externalConditions: source,
    },
  },
  test: {
    pool: 'forks',
    testTimeout: 60_000,
    hookTimeout: 120_000,
    projects: [
      {
        // Needs nothing.
        extends: true,
        test: {
          name: 'unit',
          include: named('.test.ts'),
          exclude: ['**/*.gpu.test.ts', '**/*.browser.test.ts', 'test/packages.test.ts'],
          // By default one core stays idle, which is half of a small machine.
          maxWorkers: '100%',
          sequence: { groupOrder: 1 },
        },
      },
      ...(webgpu
        ? [
            {
              // Files share one WebGPU adapter. A software adapter compiles kernels on one core, which takes most of the time,
              // so two files run at once.
              extends: true as const,
              test: {
                name: 'gpu',
                include: named('.gpu.test.ts'),
                maxWorkers: 2,
                testTimeout: 300_000,
                sequence: { groupOrder: 2 },
              },
            },
          ]
        : []),
      ...(existsSync(chromium)
        ? [
            {
              // The same device checks in Chromium.
              extends: true as const,
              test: {
                name: 'browser',
                include: named('.browser.test.ts'),
                fileParallelism: false,
                testTimeout: 300_000,
                sequence: { groupOrder: 3 },
                browser: {
                  enabled: true,
                  headless: true,
                  screenshotFailures: false,
                  provider: playwright({
                    launchOptions: {
                      executablePath: chromium,
                      args: ['--no-sandbox', '--enable-unsafe-webgpu', '--disable-background-networking'],
                    },
                  }),
                  instances: [{ browser: 'chromium' as const }],
                },
              },
            },
          ]
        : []),
      {
        // What users get: the packed packages, installed by npm into empty projects.
        extends: true,
        test: {
          name: 'packages',
          include: ['test/packages.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 300_000,
          sequence: { groupOrder: 4 },
        },
      },
    ],
    coverage: { provider: 'v8', include: ['packages/*/src/**/*.ts'], reporter: ['text', 'lcov'] },
  },
});
