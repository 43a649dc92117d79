import { type HostArray, ReferenceDevice } from '@scalearn/core';
import { attention, type Graph, gradients, input, multiply, type Program, sum } from '@scalearn/core/graph';
import { describe, expect, test } from 'vitest';
import { operationCases } from '../../core/test/operations/cases.ts';
import { relativeDifference, runCase } from '../../core/test/operations/harness.ts';
import { OnnxDevice } from '../src/device.ts';
import { GraphForms } from '../src/forms.ts';
import { OnnxProgram } from '../src/program.ts';
import { loadRuntime, type Runtime } from '../src/runtime.ts';
import { translate } from '../src/translate.ts';

const oracle = new ReferenceDevice('float64');
const runtime = await loadRuntime();

/** A device for which sequences of more than six tokens are long. */
class LongDevice extends OnnxDevice {
  readonly #scores: number;

  constructor(scores: number, used: Runtime = runtime) {
    super(used, { threads: 1 });
    this.#scores = scores;
  }

  override async compile(graph: Graph): Promise<Program> {
    const forms = await GraphForms.open(graph, this, { longest: 6, scores: this.#scores });
    return new OnnxProgram(this, forms, 'long texts', () => {});
  }
}

const [hidden, heads] = [12, 2];
const x = input('x', ['tokens', 3 * hidden]);
const context = attention(x, input('cuSeqlens', ['boundaries'], 'i32'), heads);
const loss = sum(multiply(context, input('weights', ['tokens', hidden])));
const [dx = loss] = gradients(loss, [x]);
const graph: Graph = { outputs: { context, dx } };

function batch(lengths: readonly number[]): Record<string, HostArray> {
  const cuSeqlens = Int32Array.from([0, ...lengths], (_, i) =>
    lengths.slice(0, i).reduce((a, b) => a + b, 0),
  );
  const tokens = cuSeqlens.at(-1) as number;
  const waves = (width: number, step: number): Float32Array =>
    Float32Array.from({ length: tokens * width }, (_, i) => 2 * Math.sin(1 + i * step));
  return { x: waves(3 * hidden, 0.7), weights: waves(hidden, 1.3), cuSeqlens };
}

/** Blocks of one query, of a few, and of all. */
const sizes = [1, 100, 1e6];

describe.each(sizes)('attention in blocks of %d scores equals the reference', (scores) => {
  const device = new LongDevice(scores);

  test.each([
    ['a long sequence alone', [37]],
    ['several groups of several sequences', [37, 5, 12, 35, 1, 12, 5, 37, 13, 2, 30]],
    ['sequences of one length', [11, 11, 11]],
    ['no long sequence', [5, 6, 2]],
  ])('%s', async (_, lengths) => {
    const feeds = batch(lengths);
    using program = await device.compile(graph);
    const actual = await program.run(feeds);
    const expected = await (await oracle.compile(graph)).run(feeds);
    for (const [name, values] of Object.entries(expected))
      expect(relativeDifference(actual[name] as Float32Array, values), name).toBeLessThan(2e-5);
  });

  for (const c of operationCases.filter(({ name }) => name.startsWith('attention')))
    test(c.name, async () => {
      const [actual, expected] = [await runCase(device, c), await runCase(oracle, c)];
      for (const [name, values] of Object.entries(expected))
        expect(relativeDifference(actual[name] as Float32Array, values), name).toBeLessThan(2e-5);
    });
});

test('a program takes batches with and without long sequences in turn', async () => {
  using program = await new LongDevice(100).compile(graph);
  const whole = await new OnnxDevice(runtime, { threads: 1 }).compile(graph);
  const [short, long] = [batch([5, 6, 2]), batch([5, 40])];
  const results = [await program.run(short), await program.run(long), await program.run(short)];
  expect(results[0]).toEqual(await whole.run(short));
  expect(results[2]).toEqual(results[0]);
  const expected = await whole.run(long);
  expect(
    relativeDifference(results[1]?.context as Float32Array, expected.context as Float32Array),
  ).toBeLessThan(2e-5);
});

test('the WebAssembly form of ONNX Runtime goes through blocks too', async () => {
  const feeds = batch([5, 40]);
  using program = await new LongDevice(100, await loadRuntime('onnxruntime-web')).compile(graph);
  const [actual, expected] = [await program.run(feeds), await (await oracle.compile(graph)).run(feeds)];
  for (const [name, values] of Object.entries(expected))
    expect(relativeDifference(actual[name] as Float32Array, values), name).toBeLessThan(2e-5);
});

test('only attention that keeps all scores of long sequences has a second form', () => {
  const isDivided = (of: Graph): boolean =>
    translate(of, 100).hostInputs.some(({ value }) => 'scores' in value);
  const inWindow = attention(x, input('cuSeqlens', ['boundaries'], 'i32'), heads, { window: 3 });
  expect([isDivided(graph), isDivided({ outputs: { inWindow } })]).toEqual([true, false]);
});
