import { defineOperation, type NumericArray, type Operation } from '../graph/operation.ts';
import { apply, type Tensor } from '../graph/tensor.ts';

/** The first token of every sequence: x `[tokens, width]`, cuSeqlens i32 `[boundaries]`, y `[sequences, width]`. */
export const selectFirstOperation: Operation<null> = defineOperation<null>({
  name: 'selectFirst',
  outputs: ([x]) => [{ shape: ['sequences', (x as Tensor).shape[1] as number], dtype: 'f32' }],
  gradient: ({ inputs: [, cuSeqlens], gradients: [dy] }) => [
    apply(selectFirstGradientOperation, [dy as Tensor, cuSeqlens as Tensor], null),
  ],
  reference({ inputs: [x, cuSeqlens], outputs: [y], outputShapes: [shape] }) {
    const [sequences, width] = shape as [number, number];
    for (let s = 0; s < sequences; s++) {
      const begin = (cuSeqlens as NumericArray)[s] as number;
      (y as NumericArray).set((x as NumericArray).subarray(begin * width, (begin + 1) * width), s * width);
    }
  },
  onnx: ({ inputs: [x, cuSeqlens], emit }) => [
    emit.node('Gather', [x as string, firstIndex(cuSeqlens as string, emit)], { axis: 0 }),
  ],
});

/** Gradient by x: dy's rows at the first tokens, zero elsewhere. */
export const selectFirstGradientOperation: Operation<null> = defineOperation<null>({
  name: 'selectFirstGradient',
  outputs: ([dy]) => [{ shape: ['tokens', (dy as Tensor).shape[1] as number], dtype: 'f32' }],
  reference({ inputs: [dy, cuSeqlens], outputs: [y], inputShapes: [shape] }) {
    const [sequences, width] = shape as [number, number];
    for (let s = 0; s < sequences; s++)
      (y as NumericArray).set(
        (dy as NumericArray).subarray(s * width, (s + 1) * width),
        ((cuSeqlens as NumericArray)[s] as number) * width,
      );
  },
  onnx: ({ inputs: [dy, cuSeqlens], node, emit }) => {
    const shape = (node.outputs[0] as Tensor).shape;
    const zeros = emit.node('Expand', [emit.scalar(0), emit.dims(shape)]);
    const rows = emit.node('Reshape', [firstIndex(cuSeqlens as string, emit), emit.ints(-1, 1)]);
    return [emit.node('ScatterND', [zeros, emit.node('Cast', [rows], { to: 7 }), dy as string])];
  },
});

function firstIndex(
  cuSeqlens: string,
  emit: { node(type: string, inputs: string[]): string; ints(...v: number[]): string },
): string {
  return emit.node('Slice', [cuSeqlens, emit.ints(0), emit.ints(-1)]);
}

/** The first token's row of every sequence, `[sequences, width]`. */
export function selectFirst(x: Tensor, cuSeqlens: Tensor): Tensor {
  return apply(selectFirstOperation, [x, cuSeqlens], null);
}
