import { afterAll, describe, expect, test } from 'vitest';
import type { GoldenDevice } from './device.ts';
import { ratios } from './differences.ts';
import { caseNames, readCase } from './folder.ts';
import { checkPeft, peftCase, peftNames } from './peft.ts';
import { runCase } from './run.ts';
import { pending } from './setup.ts';

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
    for (const name of peftNames()) {
      const reason = pending(peftCase(name));
      test(`PEFT’s ${name}${reason ? ` (pending: ${reason})` : ''}`, async (context) => {
        if (reason) return context.skip(`pending: ${reason}`);
        await checkPeft({ device, limits, times }, name);
      });
    }
  });
}
