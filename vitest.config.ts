import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';
import SlowFirst from './test/support/slow-first.ts';

const source = ['@scalearn/source'];
const chromium = process.env.CHROMIUM ?? '/usr/bin/chromium';
// `npm test` says so where a machine has no adapter. Unsaid, there is one.
const webgpu = process.env.SCALEARN_TEST_WEBGPU !== '0';

// Many tests start the command from its sources, in processes of their own. With what Node compiled kept, each starts in
// half the time.
process.env.NODE_COMPILE_CACHE ??= fileURLToPath(
  new URL('node_modules/.cache/node-compile', import.meta.url),
);

// Several files are tested at once. With as many threads each as there are cores, threads that wait for work would take
// a third of the time.
process.env.SCALEARN_THREADS ??= '1';

/** Test files of the repository and its packages whose name ends so. */
const named = (ending: string) => [`packages/*/test/**/*${ending}`, `test/**/*${ending}`];

// The projects run one after another, in the order of `groupOrder` (from 1: vitest does not order group 0): they
// would compete for the same few cores. Those of one number run together.
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
    sequence: { sequencer: SlowFirst },
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
          // One more than there are cores, because many tests wait for other processes.
          maxWorkers: availableParallelism() + 1,
          sequence: { groupOrder: 1 },
        },
      },
      {
        // What users get: the packed packages, installed by npm into empty projects. One file, most of which waits for
        // one process; it shares its turn with the next project.
        extends: true,
        test: {
          name: 'packages',
          include: ['test/packages.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 300_000,
          maxWorkers: 2,
          sequence: { groupOrder: 2 },
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
                maxWorkers: 2,
                testTimeout: 300_000,
                sequence: { groupOrder: 2 },
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
    ],
    coverage: { provider: 'v8', include: ['packages/*/src/**/*.ts'], reporter: ['text', 'lcov'] },
  },
});
