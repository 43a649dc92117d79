import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  add,
  attention,
  binaryCrossEntropyWithLogits,
  gelu,
  geluTanh,
  globalNorm,
  gradients,
  input,
  meanSquaredError,
  multiply,
  relu,
  reshape,
  type Shape,
  scale,
  selectFirst,
  sigmoid,
  subtract,
  sum,
  type Tensor,
  tanh,
  variable,
} from '../../src/graph.ts';
import { type Device, type HostArray, ReferenceDevice } from '../../src/index.ts';
import { elementwise } from '../../src/ops/elementwise.ts';
import { pack } from '../../src/ops/pack.ts';
import { relativeDifference } from '../operations/harness.ts';
import { type Feeds, refusesBatches } from './contract-batches.ts';
import { keepsNaN } from './contract-nan.ts';

/** What all devices do alike, beyond the values of single operations. */
export function deviceContract(name: string, open: () => Promise<Device>): void {
  describe(`${name}: what every device does`, () => {
    let device: Device;
    beforeAll(async () => {
      device = await open();
    });
    afterAll(() => device?.dispose());

    const run = async (
      outputs: Readonly<Record<string, Tensor>>,
      feeds: Feeds,
      on: Device = device,
    ): Promise<Record<string, HostArray>> => {
      const program = await on.compile({ outputs });
      try {
        return await program.run(feeds);
      } finally {
        program.dispose();
      }
    };

    const x = input('x', [8]);
    const slope = async (f: (x: Tensor) => Tensor, at: readonly number[]): Promise<number[]> => {
      const { dx } = await run(
        { dx: gradients(sum(f(x)), [x])[0] as Tensor },
        { x: Float32Array.from({ length: 8 }, (_, i) => at[i % at.length] as number) },
      );
      return [...(dx as HostArray)].slice(0, at.length);
    };

    describe('gradients where there is no derivative are PyTorch’s', () => {
      test('binary cross-entropy at logit 0 has the slope sigmoid(x) - t', async () => {
        const logits = input('x', [2]);
        const loss = binaryCrossEntropyWithLogits(logits, input('t', [2]));
        const [dx] = gradients(loss, [logits]) as [Tensor];
        const feeds = { x: Float32Array.of(0, 0), t: Float32Array.of(0, 1) };
        const result = await run({ loss, dx }, feeds);
        expect(result.loss?.[0]).toBeCloseTo(Math.log(2), 6);
        expect([...(result.dx as HostArray)]).toEqual([0.25, -0.25]);
      });

      test('of the activations at 0', async () => {
        expect(await slope(relu, [0, -0, 1, -1])).toEqual([0, 0, 1, 0]);
        for (const [f, expected] of [
          [gelu, 0.5],
          [geluTanh, 0.5],
          [tanh, 1],
          [sigmoid, 0.25],
        ] as const)
          expect((await slope(f, [0]))[0]).toBeCloseTo(expected, 6);
      });

      test('of maximum and minimum at a tie are halves, of |x| at 0 is 0', async () => {
        const at = [1, 2, 0, 1];
        expect(await slope((t) => elementwise('max', [t], (a) => a.max(1)), at)).toEqual([0.5, 1, 0, 0.5]);
        expect(await slope((t) => elementwise('min', [t], (a) => a.min(1)), at)).toEqual([0.5, 0, 1, 0.5]);
        expect(await slope((t) => elementwise('abs', [t], (a) => a.abs()), [0, -0, -2, 2])).toEqual([
          0, 0, -1, 1,
        ]);
        const y = input('y', [2]);
        const z = input('z', [2]);
        const larger = elementwise('max', [y, z], (a, b) => a.max(b));
        const [dy, dz] = gradients(sum(larger), [y, z]) as [Tensor, Tensor];
        const tied = await run({ dy, dz }, { y: Float32Array.of(3, 1), z: Float32Array.of(3, 2) });
        expect([...(tied.dy as HostArray), ...(tied.dz as HostArray)]).toEqual([0.5, 0, 0.5, 1]);
      });
    });

    test('what has no influence on the loss has a gradient of zeros', async () => {
      const weight = input('x', [2, 4]);
      const other = input('other', [2, 4]);
      const losses: Record<string, Tensor> = {
        difference: sum(subtract(weight, weight)),
        'zero times': sum(scale(weight, 0)),
        'error to itself': meanSquaredError(weight, weight),
        'zero times, beside another': add(sum(scale(weight, 0)), sum(other)),
      };
      for (const [name, loss] of Object.entries(losses)) {
        // As in training: packed with others, squared and summed.
        const [dx] = gradients(loss, [weight]) as [Tensor];
        const outputs = { loss, dx, norm: globalNorm([pack([dx, add(dx, dx)])]) };
        const feeds = { x: Float32Array.from({ length: 8 }, (_, i) => i - 3.5) };
        const result = await run(
          outputs,
          name.includes('another') ? { ...feeds, other: new Float32Array(8) } : feeds,
        ).catch(() => run(outputs, {}));
        expect([...(result.dx as HostArray)].map(Math.abs), name).toEqual(Array(8).fill(0));
        expect(result.norm?.[0], name).toBe(0);
        expect(result.loss?.[0], name).toBeCloseTo(0);
      }
    });

    refusesBatches(run, () => device);
    keepsNaN(run, () => device);

    test('the first tokens are selected where all sizes are fixed', async () => {
      const x = input('x', [3, 2]);
      const first = selectFirst(x, input('cu', [3], 'i32'));
      expect(first.shape).toEqual([2, 2]);
      const [dx] = gradients(sum(multiply(first, first)), [x]);
      const feeds = { x: Float32Array.of(1, 2, 3, 4, 5, 6), cu: Int32Array.of(0, 1, 3) };
      const result = await run({ first, dx: dx as Tensor }, feeds);
      expect([...(result.first as HostArray)]).toEqual([1, 2, 3, 4]);
      expect([...(result.dx as HostArray)]).toEqual([2, 4, 6, 8, 0, 0]);
    });

    test('a variable kept as f16 is an output like others', async () => {
      const values = Float32Array.from({ length: 300 }, (_, i) => (i - 150) / 8);
      const storage = device.upload(values, [100, 3], { storage: 'f16' });
      const y = variable(storage);
      const result = await run({ y, flat: reshape(y, [300]), twice: scale(y, 2) }, {});
      expect(result.y).toEqual(values);
      expect(result.flat).toEqual(values);
      expect(result.twice).toEqual(values.map((v) => 2 * v));
      storage.dispose();
    });

    test('an operation may have any number of inputs, and so may its gradient', async () => {
      for (const count of [8, 17]) {
        const shapes: readonly Shape[] = [[3, 5], [5], [3, 1], []];
        const terms = Array.from({ length: count }, (_, i) => input(`x${i}`, shapes[i % 4] as Shape));
        const weights = input('w', [3, 5]);
        const y = add(...terms);
        const mixed = elementwise('mixed', [...terms, weights], (...all) =>
          all
            .slice(1)
            .reduce((total, a, i) => (i % 3 ? total.plus(a.times(all[i]!)) : total.times(a.tanh())), all[0]!),
        );
        const loss = sum(add(multiply(y, weights), mixed, multiply(...terms)));
        const slopes = gradients(loss, terms);
        const outputs = { y, loss, ...Object.fromEntries(slopes.map((t, i) => [`d${i}`, t])) };
        const feeds: Record<string, Float32Array> = {
          w: Float32Array.from({ length: 15 }, (_, i) => Math.cos(i)),
        };
        for (const [i, t] of terms.entries()) {
          const size = (t.shape as number[]).reduce((a, b) => a * b, 1);
          feeds[`x${i}`] = Float32Array.from({ length: size }, (_, k) => 0.6 * Math.sin(1 + i * 5 + k));
        }
        const expected = await run(outputs, feeds, new ReferenceDevice('float64'));
        const actual = await run(outputs, feeds);
        for (const [key, values] of Object.entries(expected))
          expect(relativeDifference(actual[key] as HostArray, values), `${count}: ${key}`).toBeLessThan(2e-5);
      }
    });

    test('attention holds for logits of any size', async () => {
      const feeds = (size: number, factor: number): Feeds => ({
        // Numbers whose products and sums are exact in f32: else rounding, times so large keys, would be all there is.
        qkv: Float32Array.from({ length: 11 * 3 * size }, (_, i) => {
          const part = Math.floor((i % (3 * size)) / size);
          const whole = ((i * 7919) % 13) - 6;
          return part === 2 ? whole / 4 : whole * factor;
        }),
        cuSeqlens: Int32Array.of(0, 1, 4, 11),
        w: Float32Array.from({ length: 11 * size }, (_, i) => (((i * 31) % 7) - 3) / 4),
      });
      for (const size of [16, 4, 1]) {
        const qkv = input('qkv', ['tokens', 3 * size]);
        const y = attention(qkv, input('cuSeqlens', ['boundaries'], 'i32'), 1);
        const [dqkv] = gradients(sum(multiply(y, input('w', ['tokens', size]))), [qkv]) as [Tensor];
        for (const factor of [1 / 8, 64, 2 ** 10, 2 ** 20, 2 ** 40]) {
          const expected = await run({ y, dqkv }, feeds(size, factor), new ReferenceDevice('float64'));
          const actual = await run({ y, dqkv }, feeds(size, factor));
          for (const key of ['y', 'dqkv'])
            expect(
              relativeDifference(actual[key] as HostArray, expected[key] as HostArray),
              `${key}, heads of ${size}, factor ${factor}`,
            ).toBeLessThan(2e-5);
        }
      }
    });
  });
}
