import { existsSync } from 'node:fs';
import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';

const source = ['@scalearn/source'];
const chromium = process.env.CHROMIUM ?? '/usr/bin/chromium';

// Three kinds of test: `unit` needs nothing, `gpu` shares one adapter (so it runs one file at a time),
// `browser` runs the same device checks in Chromium.
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
        extends: true,
        test: {
          name: 'unit',
          include: ['packages/*/test/**/*.test.ts', 'test/**/*.test.ts'],
          exclude: ['**/*.gpu.test.ts', '**/*.browser.test.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'gpu',
          include: ['packages/*/test/**/*.gpu.test.ts', 'test/**/*.gpu.test.ts'],
          fileParallelism: false,
          testTimeout: 300_000,
        },
      },
      ...(existsSync(chromium)
        ? [
            {
              extends: true as const,
              test: {
                name: 'browser',
                include: ['packages/*/test/**/*.browser.test.ts', 'test/**/*.browser.test.ts'],
                testTimeout: 300_000,
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
  },
});
