import { ReferenceDevice } from '@scalearn/core';
import { requestOnnxDevice } from '@scalearn/onnx';
import { afterAll, describe, expect, test } from 'vitest';
import { caseNames, goldenFolder, readCase } from './folder.ts';
import { ratios, runCase } from './run.ts';
import { pending } from './setup.ts';

// Recorded PyTorch tensors: within the float64 limits on the reference device, within twice the float32 limits on ONNX
// Runtime. (WebGPU: golden.gpu.test.ts.)
const devices = [
  { name: 'reference', device: new ReferenceDevice('float64'), times: 1, limits: 'tolerance_float64' },
  { name: 'onnx', device: await requestOnnxDevice(), times: 2, limits: 'tolerance' },
] as const;

const names = caseNames();
test.skipIf(names.length > 0)(`recorded cases: none in ${goldenFolder}; set SCALEARN_GOLDEN`, (context) =>
  context.skip(),
);

for (const { name: deviceName, device, times, limits } of devices)
  describe(`golden cases on ${deviceName}`, () => {
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
      test(reason ? `${name} (pending: ${reason})` : name, { timeout: 120_000 }, async (context) => {
        if (reason) return context.skip(`pending: ${reason}`);
        const { largest: ratio, what } = ratios(await runCase(device, c), c.file[limits]);
        if (ratio > largest.ratio) Object.assign(largest, { ratio, what: `${name} ${what}` });
        expect(ratio, what).toBeLessThanOrEqual(times);
      });
    }
  });
