import { describe, expect, test } from 'vitest';
import {
  add,
  attention,
  binaryCrossEntropyWithLogits,
  crossEntropy,
  gelu,
  geluTanh,
  globalNorm,
  gradients,
  input,
  layerNorm,
  meanSquaredError,
  relu,
  reshape,
  type Shape,
  scale,
  sigmoid,
  softmax,
  type Tensor,
  tanh,
} from '../../src/graph.ts';
import { bottleneck, type Device, DivergedError, type HostArray, train } from '../../src/index.ts';
import { elementwise } from '../../src/ops/elementwise.ts';
import { pack } from '../../src/ops/pack.ts';
import { tinyEncoder, tinyTask } from '../training/tiny.ts';
import type { RunOutputs } from './contract-batches.ts';

/** What is not a number must not be lost: a run that diverges is known by it. */
export function keepsNaN(run: RunOutputs, device: () => Device): void {
  describe('what is no number stays none', () => {
    const values = [Number.NaN, 1, -2, Number.NaN, 0.5, 3, -1, 2];
    const bad = values.map(Number.isNaN);
    const isNaNOf = async (f: (x: Tensor) => Tensor, shape: Shape = [8]): Promise<boolean[]> => {
      const { y } = await run({ y: f(input('x', shape)) }, { x: Float32Array.from(values) });
      return [...(y as HostArray)].map(Number.isNaN);
    };

    test('in every elementwise function', async () => {
      const functions: Record<string, (x: Tensor) => Tensor> = {
        relu,
        tanh,
        sigmoid,
        gelu,
        geluTanh,
        // As an epilogue of something else, and in threes instead of fours.
        fused: (t) => add(relu(t), scale(tanh(t), 2)),
        maximum: (t) => elementwise('max', [t], (a) => a.max(0.1)),
        'maximum, turned': (t) => elementwise('max', [t], (a) => a.negate().max(a)),
        minimum: (t) => elementwise('min', [t], (a) => a.min(0.1)),
        softplus: (t) => elementwise('softplus', [t], (a) => a.softplus()),
      };
      for (const [what, f] of Object.entries(functions)) expect(await isNaNOf(f), what).toEqual(bad);
      const sliced = (t: Tensor): Tensor => tanh(relu(reshape(add(t, t), [8, 1])));
      expect(await isNaNOf(sliced)).toEqual(bad);
    });

    test('in what goes through rows', async () => {
      const halves = [true, true, true, true, false, false, false, false];
      const one = (t: Tensor): Tensor =>
        softmax(
          reshape(
            elementwise('first', [t], (a) => a),
            [2, 4],
          ),
        );
      const spoiled = Float32Array.of(1, Number.NaN, 2, 3, 4, 5, 6, 7);
      const w = input('w', [4]);
      const b = input('b', [4]);
      const x24 = input('x', [2, 4]);
      const { soft, norm } = await run(
        { soft: one(x24), norm: layerNorm(x24, w, b, 1e-5) },
        { x: spoiled, w: new Float32Array(4).fill(1), b: new Float32Array(4) },
      );
      expect([...(soft as HostArray)].map(Number.isNaN)).toEqual(halves);
      expect([...(norm as HostArray)].map(Number.isNaN)).toEqual(halves);
      const targets = input('targets', [2, 4]);
      const losses = {
        crossEntropy: crossEntropy(x24, input('labels', [2], 'i32')),
        squares: meanSquaredError(x24, targets),
        binary: binaryCrossEntropyWithLogits(x24, targets),
      };
      const outputs: Record<string, Tensor> = { ...losses };
      for (const [key, loss] of Object.entries(losses))
        outputs[`norm of ${key}`] = globalNorm([pack(gradients(loss, [x24]))]);
      for (const at of [0, 1, 3, 7]) {
        const logits = Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8);
        logits[at] = Number.NaN;
        const feeds = { x: logits, labels: Int32Array.of(0, 2), targets: new Float32Array(8) };
        for (const [key, values] of Object.entries(await run(outputs, feeds)))
          expect([...values], `${key}, place ${at}`).toEqual([Number.NaN]);
      }
    });

    test('in attention: its own sequence, and no other', async () => {
      for (const size of [8, 3]) {
        const qkv = input('qkv', ['tokens', 3 * size]);
        const y = attention(qkv, input('cuSeqlens', ['boundaries'], 'i32'), 1);
        const data = Float32Array.from({ length: 15 * size }, (_, i) => Math.sin(i));
        // A key of the second sequence.
        data[3 * 3 * size + size] = Number.NaN;
        const result = await run({ y }, { qkv: data, cuSeqlens: Int32Array.of(0, 2, 5) });
        const spoiled = [...(result.y as HostArray)].map(Number.isNaN);
        expect(spoiled.slice(0, 2 * size)).toEqual(Array(2 * size).fill(false));
        expect(spoiled.slice(2 * size)).toEqual(Array(3 * size).fill(true));
      }
    });

    test('a run that diverges says so', async () => {
      const encoder = await tinyEncoder(device());
      const attempt = train({
        encoder,
        task: tinyTask(),
        method: bottleneck({ width: 4 }),
        batchSize: 8,
        epochs: 2,
        learningRate: 1e30,
      });
      await expect(attempt).rejects.toBeInstanceOf(DivergedError);
      encoder.dispose();
    });
  });
}
