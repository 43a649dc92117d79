import { requestOnnxDevice } from '@scalearn/onnx';
import { expect, test } from 'vitest';
import { caseNames, readCase } from './folder.ts';
import { runCase } from './run.ts';
import { pending } from './setup.ts';

/**
 * Largest accepted differences from the recorded values with frozen weights in int8, relative to the largest value. On a
 * CPU without VNNI they were at most 0.05, 0.61 and 0.05; rounding a weight to the other side of a ReLU changes a
 * gradient most. Penalties and merged adapters do not depend on the encoder, so they are the recorded ones.
 */
const limits = { outputs: 0.1, grads: 0.85, curve_loss: 0.08 } as const;

/** A method of each kind on each family, and those of real encoders. */
const chosen =
  /^real-(bottleneck|scalearn)|^scalearn(\+\+|-uniform\+\+)-(t3|distilbert|deberta)|^scalearn-lora-(distil|deberta|modern)|^lora-(roberta|modernbert)$|^bottleneck-electra-2|^fusion$/;

const device = await requestOnnxDevice({ precision: 'int8' });

for (const name of caseNames().filter((each) => chosen.test(each))) {
  const c = readCase(name);
  const reason = pending(c);
  test(`${name} in int8`, { timeout: 300_000 }, async (context) => {
    if (reason) return context.skip(`pending: ${reason}`);
    const differences = await runCase(device, c);
    const isKnown = (group: string): group is keyof typeof limits => group in limits;
    let largest = 0;
    for (const { what, group, value } of differences) {
      if (!isKnown(group)) continue;
      expect(value, what).toBeLessThanOrEqual(limits[group]);
      largest = Math.max(largest, value);
    }
    // The frozen weights were rounded.
    expect(largest).toBeGreaterThan(1e-4);
  });
}
