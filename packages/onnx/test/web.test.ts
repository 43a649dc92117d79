import { requestOnnxDevice } from '@scalearn/onnx';
import { expect, test } from 'vitest';
import { relativeDifference } from '../../core/test/operations/harness.ts';
import { tinyTraining, train } from './tiny.ts';

test('the WebAssembly form of ONNX Runtime trains as the native one does', async () => {
  const [native, web] = await Promise.all(
    (['onnxruntime-node', 'onnxruntime-web'] as const).map(async (runtime) => {
      const device = await requestOnnxDevice({ runtime, threads: 1 });
      return train(await tinyTraining(device), 8);
    }),
  );
  const losses = (of: typeof web) => Float64Array.from(of?.losses ?? []);
  expect(relativeDifference(losses(web), losses(native))).toBeLessThan(1e-4);
  expect(relativeDifference(web?.values as Float32Array, native?.values as Float32Array)).toBeLessThan(1e-4);
});
