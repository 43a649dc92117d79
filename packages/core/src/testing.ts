// `@scalearn/core/testing`: checks of operations and devices that work in any test suite.
import { gradients } from './autodiff/gradient.ts';
import type { Device, Program } from './devices/device.ts';
import { ReferenceDevice } from './devices/reference.ts';
import { at } from './elements.ts';
import { ScalearnError } from './errors.ts';
import { bindFeeds, fed, planFeeds } from './graph/feeds.ts';
import { type Graph, topologicalOrder } from './graph/graph.ts';
import { input } from './graph/leaves.ts';
import { type Shape, sizeOf } from './graph/shape.ts';
import type { HostArray } from './graph/storage.ts';
import type { Tensor } from './graph/tensor.ts';
import { multiply, sum } from './ops/arithmetic.ts';

/** An input of an operation: its shape and its values. The values set the sizes of symbolic dimensions. */
export interface CheckedInput {
  /** Shape in the graph, with fixed or symbolic dimensions. */
  readonly shape: Shape;
  /** Values, row-major; an Int32Array for an i32 input. */
  readonly values: HostArray;
}

/** An operation to check and the inputs to check it with. */
export interface OperationCheck {
  /** The inputs by name. */
  readonly inputs: Readonly<Record<string, CheckedInput>>;
  /** Builds the tensor to check from the inputs, by name. */
  build(inputs: Readonly<Record<string, Tensor>>): Tensor;
  /** Devices to compare with the reference device in float64. */
  readonly devices: readonly Device[];
  /** Largest allowed difference, relative to the largest magnitude of a result; 2e-5 by default. */
  readonly tolerance?: number;
  /** Whether to check the gradient with respect to every floating-point input; true by default. */
  readonly gradients?: boolean;
}

/** Thrown when an operation or its gradient differs from its reference loop. */
export class OperationCheckError extends ScalearnError {
  override name = 'OperationCheckError';
}

/**
 * Checks an operation. Compares its gradients with central differences. Compares each device's results and gradients
 * with those of the reference device in float64. A second run must give the same bits.
 *
 * @throws OperationCheckError at the first mismatch
 * @throws ShapeError if the inputs do not fit
 */
export async function checkOperation(check: OperationCheck): Promise<void> {
  const { tolerance = 2e-5, devices } = check;
  const { graph, feeds, differentiated } = drawCheck(check);
  using oracle = new ReferenceDevice('float64');
  using program = await oracle.compile(graph);
  const exact = await program.run(feeds);
  for (const name of differentiated) await checkGradient(program, feeds, name, fed(exact, `d ${name}`));
  for (const device of devices) {
    using compiled = await device.compile(graph, { label: 'operation' });
    const [first, again] = [await compiled.run(feeds), await compiled.run(feeds)];
    for (const [name, expected] of Object.entries(exact)) {
      const difference = relativeDifference(fed(first, name), expected);
      if (!(difference <= tolerance))
        throw new OperationCheckError(
          `${device.kind}: '${name}' differs from the reference by ${difference} of its magnitude; ${tolerance} is allowed`,
        );
      if (!sameBits(fed(first, name), fed(again, name)))
        throw new OperationCheckError(`${device.kind}: '${name}' gives different bits in a second run`);
    }
  }
}

/** Builds the result `y`, a loss that weights its elements unevenly, and a gradient `d name` for each input. */
function drawCheck({ inputs, build, gradients: wanted = true }: OperationCheck): {
  readonly graph: Graph;
  readonly feeds: Readonly<Record<string, HostArray>>;
  readonly differentiated: readonly string[];
} {
  const tensors = Object.fromEntries(
    Object.entries(inputs).map(([name, { shape, values }]) => [
      name,
      input(name, shape, values instanceof Int32Array ? 'i32' : 'f32'),
    ]),
  );
  const given = Object.fromEntries(Object.entries(inputs).map(([name, { values }]) => [name, values]));
  const y = build(tensors);
  const read = planFeeds(topologicalOrder({ outputs: { y } }));
  const feeds = Object.fromEntries([...read.inputs.keys()].map((name) => [name, fed(given, name)]));
  const size = sizeOf(y.shape, bindFeeds(read, feeds));
  const outputs: Record<string, Tensor> = { y };
  if (!wanted) return { graph: { outputs }, feeds, differentiated: [] };
  const loss = sum(multiply(y, input(weightsName, y.shape)));
  const floats = Object.entries(tensors).filter(([, { dtype }]) => dtype === 'f32');
  const slopes = gradients(
    loss,
    floats.map(([, tensor]) => tensor),
  );
  for (const [i, [name]] of floats.entries()) outputs[`d ${name}`] = at(slopes, i);
  return {
    graph: { outputs: { ...outputs, loss } },
    feeds: { ...feeds, [weightsName]: Float32Array.from({ length: size }, (_, i) => Math.sin(1 + i * 0.7)) },
    differentiated: floats.map(([name]) => name),
  };
}

const weightsName = 'weights of the loss';

/** The number of elements for which a gradient is compared with central differences, and the step of a difference. */
const [places, step] = [7, 1e-5];

async function checkGradient(
  program: Program,
  feeds: Readonly<Record<string, HostArray>>,
  name: string,
  gradient: HostArray,
): Promise<void> {
  const scale = Float64Array.from(gradient).reduce(
    (largest, slope) => Math.max(largest, Math.abs(slope)),
    1e-6,
  );
  const loss = async (place: number, delta: number): Promise<number> => {
    const moved = Float64Array.from(fed(feeds, name), (value, i) => (i === place ? value + delta : value));
    return at([...fed(await program.run({ ...feeds, [name]: moved }), 'loss')], 0);
  };
  for (let k = 0; k < places; k++) {
    const place = (k * 7919 + 3) % gradient.length;
    const slope = gradient[place] ?? Number.NaN;
    const numeric = ((await loss(place, step)) - (await loss(place, -step))) / (2 * step);
    if (!(Math.abs(numeric - slope) / scale < 2e-6))
      throw new OperationCheckError(
        `the gradient with respect to '${name}'[${place}] is ${slope}; central differences give ${numeric}`,
      );
  }
}

/** Returns the largest difference, relative to the largest magnitude. Arrays of different lengths give infinity. */
export function relativeDifference(actual: HostArray, expected: HostArray): number {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY;
  let difference = 0;
  let scale = 0;
  for (const [i, value] of expected.entries()) {
    const d = Math.abs((actual[i] ?? Number.NaN) - value);
    if (!(d <= difference)) difference = Number.isNaN(d) ? Number.POSITIVE_INFINITY : d;
    scale = Math.max(scale, Math.abs(value));
  }
  return difference === 0 ? 0 : difference / Math.max(scale, 1e-30);
}

/** Returns whether two arrays hold the same bits. */
export function sameBits(a: HostArray, b: HostArray): boolean {
  const bytes = (x: HostArray): Uint8Array => new Uint8Array(x.buffer, x.byteOffset, x.byteLength);
  const [x, y] = [bytes(a), bytes(b)];
  return x.length === y.length && x.every((byte, i) => byte === y[i]);
}
