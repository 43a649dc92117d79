import { DeviceError } from '@scalearn/core';
import { afterEach, expect, test, vi } from 'vitest';
import { loadRuntime } from '../src/runtime.ts';

afterEach(() => vi.doUnmock('onnxruntime-node'));

test('a runtime that is not installed is named, with the command that installs it', async () => {
  vi.doMock('onnxruntime-node', () => {
    throw new Error("Cannot find package 'onnxruntime-node'");
  });
  const loading = loadRuntime('onnxruntime-node');
  await expect(loading).rejects.toThrow(DeviceError);
  await expect(loading).rejects.toThrow('npm install onnxruntime-node');
  await expect(loading).rejects.toThrow('--ignore-scripts');
});
