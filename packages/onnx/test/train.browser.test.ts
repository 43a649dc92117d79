/// <reference types="vite/client" />
import { ReferenceDevice } from '@scalearn/core';
import { requestOnnxDevice } from '@scalearn/onnx';
import wasm from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';
import { expect, test } from 'vitest';
import { relativeDifference } from '../../core/test/operations/harness.ts';
import { tinyTraining, train } from './tiny.ts';

test('a page trains with WebAssembly, and follows the oracle', async () => {
  const device = await requestOnnxDevice({ threads: 1, wasmPaths: { wasm } });
  expect(device.description).toContain('ONNX Runtime');
  const exact = await train(await tinyTraining(new ReferenceDevice('float64')), 8);
  const { losses, values } = await train(await tinyTraining(device), 8);
  expect(relativeDifference(Float64Array.from(losses), Float64Array.from(exact.losses))).toBeLessThan(1e-4);
  expect(relativeDifference(values, exact.values)).toBeLessThan(1e-4);
  device.dispose();
});
