import type { Device } from '@scalearn/core';
import { expect, test } from 'vitest';
import { type Case, caseNames, readCase } from './folder.ts';
import { runCase } from './run.ts';
import { pending } from './setup.ts';

/** Returns cases with every method and every encoder. Methods that train the encoder are left out. */
function chosenCases(): Case[] {
  const seen = new Set<unknown>();
  return caseNames().flatMap((name) => {
    const c = readCase(name);
    const { kind, method, encoder } = c.file;
    if (kind !== 'train' || method.name.startsWith('full')) return [];
    const what = [method.name, encoder.path ?? encoder.config?.model_type];
    const isNew = what.some((each) => !seen.has(each));
    for (const each of what) seen.add(each);
    return isNew ? [c] : [];
  });
}

/** Number of steps of a curve. */
const curveSteps = 5;

interface Reduced {
  /** Of the frozen weights, in titles. */
  readonly precision: string;
  readonly device: Device;
  /**
   * Largest accepted differences from the recorded values, relative to the largest value; of gradients, the median of all
   * parameters, because a value on the other side of a ReLU changes those of a few by any amount.
   */
  readonly limits: Readonly<Record<'outputs' | 'grads' | 'curve_loss', number>>;
}

/** Defines a test for recorded cases of every kind on a device that keeps frozen weights in fewer bits. */
export function reducedSuite({ precision, device, limits }: Reduced): void {
  for (const c of chosenCases()) {
    const reason = pending(c);
    test(`${c.name} in ${precision}`, { timeout: 300_000 }, async (context) => {
      if (reason) return context.skip(`pending: ${reason}`);
      const isReal = c.file.encoder.path !== undefined;
      const differences = await runCase(device, c, curveSteps);
      for (const { what, group, value } of differences)
        if (group === 'outputs' || group === 'curve_loss')
          expect(value, what).toBeLessThanOrEqual(limits[group]);
      const slopes = differences.filter(({ group }) => group === 'grads').map(({ value }) => value);
      expect(slopes.sort((a, b) => a - b)[slopes.length >> 1] ?? 0).toBeLessThanOrEqual(limits.grads);
      // The frozen weights were rounded. Those of real encoders may be halves already.
      const largest = Math.max(...differences.map(({ value }) => value));
      if (!isReal) expect(largest).toBeGreaterThan(1e-4);
    });
  }
}
