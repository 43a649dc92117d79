import { input, linear, variable } from '@scalearn/core/graph';
import type { OnnxDeviceOptions, OnnxPrecision } from '../device.ts';
import { requestOnnxDevice } from '../device.ts';

/** What the precision `int8` gains on a CPU. */
export interface Int8Gain {
  /** Time of products with frozen weights in f32, divided by their time in int8. */
  readonly ratio: number;
  /**
   * Bits of a weight. There are 8 where the CPU adds products of bytes exactly (VNNI, AMX and others), and 7 where such
   * sums need the room of one bit.
   */
  readonly weightBits: 7 | 8;
}

const [rows, hidden, intermediate] = [256, 768, 3072];
const runs = 7;

/**
 * Measures, in about a second, whether frozen weights in int8 are faster than in f32 on this CPU: the two products of a
 * feed-forward block of BERT-base on 256 tokens.
 *
 * @throws DeviceError if ONNX Runtime is not installed, or cannot run them
 */
export async function measureInt8(options: Omit<OnnxDeviceOptions, 'precision'> = {}): Promise<Int8Gain> {
  const times: Record<OnnxPrecision, number[]> = { f32: [], int8: [] };
  await using plain = await feedForward({ ...options, precision: 'f32' });
  await using bytes = await feedForward({ ...options, precision: 'int8' });
  // The first run of each allocates memory. In turn, so that other programs slow both.
  for (let run = 0; run <= runs; run++)
    for (const [precision, block] of [
      ['f32', plain],
      ['int8', bytes],
    ] as const) {
      const began = performance.now();
      await block.run();
      if (run > 0) times[precision].push(performance.now() - began);
    }
  return { ratio: Math.min(...times.f32) / Math.min(...times.int8), weightBits: bytes.device.weightBits };
}

/** Compiles the two products of a feed-forward block. */
async function feedForward(options: OnnxDeviceOptions) {
  const device = await requestOnnxDevice(options);
  const storage = device.weightStorage;
  const weight = (outputs: number, inputs: number) =>
    variable(
      device.upload(Float32Array.from({ length: outputs * inputs }, wave), [outputs, inputs], { storage }),
    );
  const x = input('x', ['rows', hidden]);
  const y = linear(linear(x, weight(intermediate, hidden)), weight(hidden, intermediate));
  const program = await device.compile({ outputs: { y } });
  const feeds = { x: Float32Array.from({ length: rows * hidden }, wave) };
  return {
    device,
    run: () => program.run(feeds),
    [Symbol.asyncDispose]: () => device[Symbol.asyncDispose](),
  };
}

/** Values between -1 and 1 that repeat nowhere in a row. */
const wave = (_: unknown, i: number): number => Math.sin(i * 0.7);
