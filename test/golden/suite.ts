import type { Device } from '@scalearn/core';
import { afterAll, describe, expect, test } from 'vitest';
import { ratios } from './differences.ts';
import { caseNames, readCase } from './folder.ts';
import { runCase } from './run.ts';
import { pending } from './setup.ts';

export interface GoldenDevice {
  readonly name: string;
  readonly device: Device;
  readonly limits: 'tolerance' | 'tolerance_float64';
  /** Maximum difference, as a multiple of its limit. */
  readonly times: number;
  /** Maximum number of steps of a curve on a real encoder; default all. */
  readonly realSteps?: number;
}

/** Defines one test for every recorded case from its `case.json` alone. Prints the largest difference at the end. */
export function goldenSuite({ name: deviceName, device, limits, times, realSteps }: GoldenDevice): void {
  const names = caseNames();
  describe(`recorded cases on ${deviceName}`, () => {
    const largest = { ratio: 0, what: '' };
    afterAll(() => {
      if (largest.what)
        console.log(
          `${deviceName}: largest difference ${largest.ratio.toFixed(2)} times the limit, ${largest.what}`,
        );
    });
    for (const name of names) {
      const c = readCase(name);
      const reason = pending(c);
      test(reason ? `${name} (pending: ${reason})` : name, { timeout: 300_000 }, async (context) => {
        if (reason) return context.skip(`pending: ${reason}`);
        const steps = c.file.encoder.path === undefined ? undefined : realSteps;
        const { largest: ratio, what } = ratios(await runCase(device, c, steps), c.file[limits]);
        if (ratio > largest.ratio) Object.assign(largest, { ratio, what: `${name} ${what}` });
        expect(ratio, what).toBeLessThanOrEqual(times);
      });
    }
  });
}
