import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  add,
  attention,
  binaryCrossEntropyWithLogits,
  bottleneck,
  crossEntropy,
  type Device,
  DivergedError,
  embedding,
  gelu,
  geluTanh,
  globalNorm,
  gradients,
  type HostArray,
  input,
  layerNorm,
  meanSquaredError,
  multiply,
  ReferenceDevice,
  relu,
  reshape,
  type Shape,
  ShapeError,
  scale,
  selectFirst,
  selectTokens,
  sigmoid,
  softmax,
  subtract,
  sum,
  type Tensor,
  tanh,
  train,
  variable,
} from '../../src/index.ts';
import { elementwise } from '../../src/ops/elementwise.ts';
import { pack } from '../../src/ops/pack.ts';
import { relativeDifference } from '../operations/harness.ts';
import { tinyEncoder, tinyTask } from '../training/tiny.ts';

type Feeds = Readonly<Record<string, HostArray>>;

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
        expect(await slope((t) => elementwise('max', [t], (a) => a!.max(1)), at)).toEqual([0.5, 1, 0, 0.5]);
        expect(await slope((t) => elementwise('min', [t], (a) => a!.min(1)), at)).toEqual([0.5, 0, 1, 0.5]);
        expect(await slope((t) => elementwise('abs', [t], (a) => a!.abs()), [0, -0, -2, 2])).toEqual([
          0, 0, -1, 1,
        ]);
        const y = input('y', [2]);
        const z = input('z', [2]);
        const larger = elementwise('max', [y, z], (a, b) => a!.max(b!));
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

    describe('a batch that operations cannot use is refused before the run', () => {
      const cu = input('cuSeqlens', ['boundaries'], 'i32');
      const tokens = input('x', ['tokens', 6]);
      const logits = input('logits', ['sequences', 3]);
      const labels = input('labels', ['sequences'], 'i32');
      const ids = input('ids', ['tokens'], 'i32');
      const table = input('table', [5, 4]);
      const chosen = input('chosen', ['masked'], 'i32');
      const loss = crossEntropy(logits, labels);
      const rows = embedding(table, ids);
      const context = attention(tokens, cu, 1);
      const first = selectFirst(tokens, cu);
      const picked = selectTokens(tokens, chosen);
      const slopeOf = (y: Tensor, by: Tensor): Tensor =>
        gradients(sum(multiply(y, input('w', y.shape))), [by])[0] as Tensor;

      const f = (length: number): Float32Array => new Float32Array(length).fill(0.5);
      const i = (...values: number[]): Int32Array => Int32Array.from(values);
      const graphs: Record<string, readonly [Tensor, Feeds]> = {
        loss: [loss, { logits: f(6), labels: i(2, 0) }],
        'gradient of the loss': [gradients(loss, [logits])[0] as Tensor, { logits: f(6), labels: i(2, 0) }],
        rows: [rows, { table: f(20), ids: i(4, 0, 2) }],
        'gradient of the rows': [slopeOf(rows, table), { ids: i(4, 0, 2), w: f(12) }],
        context: [context, { x: f(18), cuSeqlens: i(0, 1, 3) }],
        'gradient of the context': [slopeOf(context, tokens), { x: f(18), cuSeqlens: i(0, 1, 3), w: f(6) }],
        first: [first, { x: f(18), cuSeqlens: i(0, 1, 3) }],
        'gradient of the first': [
          slopeOf(first, tokens),
          // The number of tokens is known from somewhere else.
          { cuSeqlens: i(0, 1, 3), w: f(12), ids: i(0, 0, 0), table: f(20) },
        ],
        picked: [picked, { x: f(18), chosen: i(2, 0) }],
      };
      const labelled = ['loss', 'gradient of the loss'];
      const looked = ['rows', 'gradient of the rows'];
      const ragged = ['context', 'gradient of the context', 'first', 'gradient of the first'];
      test.each<readonly [readonly string[], string, readonly (readonly [Int32Array, RegExp])[]]>([
        [
          labelled,
          'labels',
          [
            [i(2, -1), /label -1 is not one of 3 classes \(input 'labels', place 1\)/],
            [i(7, 0), /label 7 is not one of 3 classes/],
            [i(3, 0), /label 3 is not/],
          ],
        ],
        [
          looked,
          'ids',
          [
            [i(0, 5, 1), /id 5 is not one of 5 rows of the table \(input 'ids', place 1\)/],
            [i(-1, 0, 0), /id -1 is not/],
            [i(2147483647, 0, 0), /id 2147483647 is not/],
          ],
        ],
        [
          ragged,
          'cuSeqlens',
          [
            [i(0, 4, 3), /must ascend.* 4 is followed by 3 \(place 2\)/],
            [i(0, 1, 1), /must ascend/],
            [i(1, 2, 3), /must begin at 0, not at 1/],
            [i(-1, 1, 3), /must begin at 0, not at -1/],
            [i(0, 1, 2), /must end at the number of tokens, 3, not at 2/],
            [i(0, 1, 4), /must end at the number of tokens, 3, not at 4/],
          ],
        ],
        [
          ['picked'],
          'chosen',
          [
            [i(0, 3), /id 3 is not one of 3 rows/],
            [i(-1, 0), /id -1/],
          ],
        ],
      ])('%j by %s', async (names, inputName, bad) => {
        for (const graph of names) {
          const [y, feeds] = graphs[graph] as readonly [Tensor, Feeds];
          const outputs: Record<string, Tensor> = { y, ...('table' in feeds ? { rows } : {}) };
          const program = await device.compile({ outputs });
          for (const [data, message] of bad) {
            const attempt = program.run({ ...feeds, [inputName]: data });
            await expect(attempt, `${graph} ${data}`).rejects.toThrow(message);
            await expect(program.run({ ...feeds, [inputName]: data })).rejects.toBeInstanceOf(ShapeError);
          }
          // And the program goes on.
          const { y: result } = await program.run(feeds);
          expect([...(result as HostArray)].every(Number.isFinite), graph).toBe(true);
          program.dispose();
        }
      });

      test('an empty one, and sizes that do not belong together', async () => {
        const refused = async (y: Tensor, feeds: Feeds, message: RegExp): Promise<void> => {
          const attempt = run({ y }, feeds);
          await expect(attempt).rejects.toThrow(message);
          await expect(run({ y }, feeds)).rejects.toBeInstanceOf(ShapeError);
        };
        const empty = /input '\w+' .* is empty/;
        await refused(relu(tokens), { x: f(0) }, empty);
        await refused(sum(tokens, 0), { x: f(0) }, empty);
        await refused(context, { x: f(0), cuSeqlens: i(0) }, empty);
        await refused(context, { x: f(18), cuSeqlens: i() }, empty);
        await refused(context, { x: f(18), cuSeqlens: i(0) }, /at least one sequence/);
        await refused(loss, { logits: f(0), labels: i() }, empty);
        await refused(rows, { table: f(20), ids: i() }, empty);
        const weighted = multiply(first, input('w', ['sequences', 6]));
        await refused(weighted, { x: f(18), cuSeqlens: i(0, 1, 3), w: f(18) }, /3 boundaries .* not of 3/);
        const choices = reshape(logits, ['examples', 4]);
        const answer = crossEntropy(choices, input('answers', ['examples'], 'i32'));
        await refused(answer, { logits: f(9), answers: i(0, 0) }, /cannot reshape/);
        await refused(answer, { logits: f(12), answers: i(0, 0) }, /has 12 elements, the other 8/);
      });

      test('integers that nobody could check are refused when the graph is compiled', async () => {
        const stored = device.upload(i(0, 9), [2]);
        await expect(device.compile({ outputs: { y: embedding(table, variable(stored)) } })).rejects.toThrow(
          /'embedding' takes its integers from an input/,
        );
        stored.dispose();
      });
    });

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
          maximum: (t) => elementwise('max', [t], (a) => a!.max(0.1)),
          'maximum, turned': (t) => elementwise('max', [t], (a) => a!.negate().max(a!)),
          minimum: (t) => elementwise('min', [t], (a) => a!.min(0.1)),
          softplus: (t) => elementwise('softplus', [t], (a) => a!.softplus()),
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
              elementwise('first', [t], (a) => a!),
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
        const encoder = await tinyEncoder(device);
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
