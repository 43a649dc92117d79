import { encodeModel } from '../model.ts';
import type { Runtime } from '../runtime.ts';

/** Number of products in the trial sum. */
const terms = 64;

/**
 * Returns whether ONNX Runtime adds products of unsigned bytes and signed bytes exactly on this CPU. Instructions before
 * VNNI add pairs of them in 16 bits, in which large ones do not fit. With weights of 7 bits they do.
 */
export async function hasExactByteSums({ InferenceSession, Tensor }: Runtime): Promise<boolean> {
  const model = encodeModel({
    nodeList: [{ type: 'MatMulInteger', inputs: ['x', 'w'], outputs: ['sum'], attributes: {} }],
    inputs: [
      { name: 'x', type: 'u8', shape: [1, terms] },
      { name: 'w', type: 'i8', shape: [terms, 1] },
    ],
    outputs: [{ name: 'sum', type: 'i32', shape: [1, 1] }],
    constants: [],
  });
  const session = await InferenceSession.create(model, {});
  try {
    const { sum } = await session.run({
      x: new Tensor('uint8', new Uint8Array(terms).fill(255), [1, terms]),
      w: new Tensor('int8', new Int8Array(terms).fill(127), [terms, 1]),
    });
    return sum?.data[0] === terms * 255 * 127;
  } finally {
    await session.release();
  }
}
