import { ShapeError } from '../errors.ts';
import { defineKernel, type Lanes } from '../graph/kernel.ts';
import { constantSize, eachItem, launch, rowItems, widthOf } from '../graph/launch.ts';
import { fixedDim, showShape } from '../graph/shape.ts';
import { apply, defineOperation, type Operation, type Tensor } from '../graph/tensor.ts';
import { wgsl } from '../graph/wgsl.ts';

interface RotaryAttributes {
  /** Number of heads that are rotated, from the first. The other columns are copied. */
  readonly heads: number;
  /** Whether the angles are negated, as in the gradient. */
  readonly inverse: boolean;
}

/**
 * Rotary position embedding (Su et al. 2021, arXiv 2104.09864): x, y `[tokens, heads·size + …]`, angles `[tokens, size]`,
 * the cosines before the sines. Element i of the first half of a head and element i of its second half are rotated as a
 * pair.
 */
const rotaryOperation: Operation<[x: Tensor, angles: Tensor], RotaryAttributes, [y: Tensor]> =
  defineOperation({
    name: 'rotary',
    rowWise: ({ attributes }) => ({ byRow: [true, true], withRows: () => attributes }),
    outputs: ([{ shape }, angles], { heads }) => {
      const [width, size] = [shape[1], angles.shape[1]];
      const fits = typeof width === 'number' && typeof size === 'number' && size % 2 === 0;
      if (!fits || heads * size > width || width % size !== 0 || angles.shape[0] !== shape[0])
        throw new ShapeError(
          `rotary positions of ${heads} heads need [tokens, heads·size + …] and [tokens, size], not ${showShape(shape)} and ${showShape(angles.shape)}`,
        );
      return [{ shape, dtype: 'f32' }];
    },
    gradient: ({ inputs: [, angles], attributes, gradients: [dy] }) => [
      apply(rotaryOperation, [dy, angles], { ...attributes, inverse: !attributes.inverse }),
    ],
    reference({ inputs: [x, angles], outputs: [y], attributes: { heads, inverse } }) {
      const { width: size } = angles;
      const half = size / 2;
      y.copy(0, x);
      for (let row = 0; row < x.rows; row++)
        for (let head = 0; head < heads; head++)
          for (let i = 0; i < half; i++) {
            const first = row * x.width + head * size + i;
            const [a, b] = [x.get(first), x.get(first + half)];
            const cos = angles.get(row * size + i);
            const sin = angles.get(row * size + half + i) * (inverse ? -1 : 1);
            y.set(first, a * cos - b * sin);
            y.set(first + half, b * cos + a * sin);
          }
    },
    onnx: ({ inputs: [x, angles], node, attributes: { heads, inverse }, emit }) => {
      const width = fixedDim(node.inputs[0].shape, 1);
      const size = fixedDim(node.inputs[1].shape, 1);
      const halves = (value: string): readonly string[] =>
        emit.nodes('Split', [value, emit.ints(size / 2, size / 2)], 2, { axis: 2 });
      const parts = emit.node('Reshape', [x, emit.ints(-1, width / size, size)]);
      const others = width / size - heads;
      const [rotated = parts, copied] =
        others === 0 ? [] : emit.nodes('Split', [parts, emit.ints(heads, others)], 2, { axis: 1 });
      const [a = '', b = ''] = halves(rotated);
      const [cos = '', sin = ''] = halves(emit.node('Reshape', [angles, emit.ints(-1, 1, size)]));
      const product = (value: string, by: string): string => emit.node('Mul', [value, by]);
      const [down, up] = inverse ? (['Add', 'Sub'] as const) : (['Sub', 'Add'] as const);
      const first = emit.node(down, [product(a, cos), product(b, sin)]);
      const second = emit.node(up, [product(b, cos), product(a, sin)]);
      const turned = emit.node('Concat', [first, second], { axis: 2 });
      const all = copied === undefined ? turned : emit.node('Concat', [turned, copied], { axis: 1 });
      return [emit.node('Reshape', [all, emit.ints(-1, width)])];
    },
    wgsl: ({ inputs: [x, angles], outputs: [y], attributes }) => {
      const lanes: Lanes = fixedDim(angles.shape, 1) % 8 === 0 ? 4 : 1;
      return [
        launch(rotaryKernel, {
          inputs: { x, angles },
          outputs: { y },
          sizes: {
            items: rowItems(y.shape, lanes),
            width: widthOf(y.shape),
            size: widthOf(angles.shape),
            heads: constantSize(attributes.heads),
          },
          constants: { lanes, inverse: attributes.inverse },
        }),
      ];
    },
  });

const rotaryKernel = defineKernel({
  name: 'rotary',
  inputs: { x: 'values', angles: 'values' },
  outputs: { y: 'values' },
  sizes: ['items', 'width', 'size', 'heads'],
  body: (
    { x, angles, y, items, width, size, heads },
    { lanes, inverse }: { readonly lanes: Lanes; readonly inverse: boolean },
  ) => wgsl`
${eachItem('item', items)}
  let row = item * ${lanes}u / ${width};
  let column = item * ${lanes}u - row * ${width};
  let within = column % ${size};
  let half = ${size} / 2u;
  let isFirst = within < half;
  var value = ${x.get('row', 'column', lanes)};
  if (column < ${heads} * ${size}) {
    let place = select(within - half, within, isFirst);
    let other = ${x.get('row', 'select(column - half, column + half, isFirst)', lanes)};
    let turn = ${angles.get('row', 'half + place', lanes)};
    value = value * ${angles.get('row', 'place', lanes)} + other * select(turn, -turn, isFirst${inverse ? ' == false' : ''});
  }
  ${y.put('row', 'column', 'value', lanes)}`,
});

/**
 * Rotates pairs of elements of heads by angles that depend on the token's position; see {@link rotaryOperation}.
 *
 * @param x `[tokens, heads·size + …]`; columns after the heads are copied
 * @param angles `[tokens, size]`: cosines and sines of size/2 angles. There is no gradient with respect to them
 */
export function rotary(x: Tensor, angles: Tensor, heads: number): Tensor {
  return apply(rotaryOperation, [x, angles], { heads, inverse: false });
}
