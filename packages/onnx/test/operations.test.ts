import { ReferenceDevice } from '@scalearn/core';
import { requestOnnxDevice } from '@scalearn/onnx';
import { describe, expect, test } from 'vitest';
import { operationCases } from '../../core/test/operations/cases.ts';
import { relativeDifference, runCase } from '../../core/test/operations/harness.ts';

const onnx = await requestOnnxDevice({ threads: 1 });
const oracle = new ReferenceDevice('float64');

describe('every operation and its gradient on the onnx device', () => {
  for (const c of operationCases)
    test(c.name, async () => {
      const expected = await runCase(oracle, c);
      const actual = await runCase(onnx, c);
      for (const [name, values] of Object.entries(expected))
        expect(relativeDifference(actual[name] as Float32Array, values), name).toBeLessThan(2e-5);
    });
});
