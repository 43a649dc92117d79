import { type ArrayInput, defineKernel } from '../../graph/kernel.ts';
import { launch } from '../../graph/launch.ts';
import type { Launch } from '../../graph/tensor.ts';
import { unroll, wgsl } from '../../graph/wgsl.ts';
import {
  type MatmulForm,
  type MatmulUse,
  multiplyAdd,
  putRows,
  rowOf,
  sliceLoop,
  tiles,
} from './operands.ts';

/** Rows and columns of the result per invocation. A workgroup has 8 × 8 invocations. */
const own = 8;
const tile = 8 * own;

/**
 * Returns text that reads eight elements at step k of an operand: one from each of eight rows (`along` k), or eight
 * neighbors. It has declarations before the loop, statements in the loop, and the name of an element.
 */
function readEight(
  source: ArrayInput,
  name: string,
  first: string,
  limit: string,
  sizes: { readonly k: string; readonly wide: boolean; readonly along: boolean },
  form: MatmulForm,
): { before: string; step: string; element: (i: number) => string } {
  if (sizes.along)
    return {
      before: unroll(
        own,
        (i) => `  let ${name}Row${i} = ${rowOf(form, `min(${first} + ${i}u, ${limit} - 1u)`)} * ${sizes.k};`,
      ),
      step: unroll(own, (i) => `    let ${name}${i} = ${source.at(`${name}Row${i} + step`)};`),
      element: (i) => `${name}${i}`,
    };
  if (!sizes.wide)
    return {
      before: unroll(own, (i) => `  let ${name}Column${i} = min(${first} + ${i}u, ${limit} - 1u);`),
      step: unroll(
        own,
        (i) => `    let ${name}${i} = ${source.at(`${rowOf(form, 'step')} * ${limit} + ${name}Column${i}`)};`,
      ),
      element: (i) => `${name}${i}`,
    };
  return {
    before: unroll(2, (h) => `  let ${name}Column${h} = min(${first} + ${4 * h}u, ${limit} - 1u) >> 2u;`),
    step: unroll(
      2,
      (h) =>
        `    let ${name}${h} = ${source.at4(`${rowOf(form, 'step')} * (${limit} >> 2u) + ${name}Column${h}`)};`,
    ),
    element: (i) => `${name}${Math.floor(i / 4)}[${i % 4}]`,
  };
}

const kernel = defineKernel({
  name: 'matmul',
  inputs: { a: 'array', b: 'array', bias: 'optional' },
  outputs: { y: 'values' },
  sizes: ['m', 'n', 'k'],
  workgroup: (_: MatmulForm) => 64,
  body: ({ a, b, bias, y, m, n, k }, form) => {
    const left = readEight(a, 'a', 'firstRow', m, { k, wide: form.wideA, along: !form.transposeA }, form);
    const right = readEight(b, 'b', 'column', n, { k, wide: form.wideB, along: form.transposeB }, form);
    const four = (h: number): string =>
      `vec4f(${[0, 1, 2, 3].map((j) => right.element(4 * h + j)).join(', ')})`;
    const sums = (h: number): string[] => Array.from({ length: own }, (_, i) => `sum${i}_${h}`);
    return wgsl`
  let firstRow = group.y * ${tile}u + ${own}u * (local >> 3u);
  let column = group.x * ${tile}u + ${own}u * (local & 7u);
${left.before}
${right.before}
${unroll(own, (i) => `  var sum${i}_0 = vec4f(); var sum${i}_1 = vec4f();`)}
  ${sliceLoop('step', k, 1, form)} {
${left.step}
${right.step}
${unroll(
  2,
  (h) => wgsl`    let right${h} = ${four(h)};
${multiplyAdd(own, (i) => `sum${i}_${h}`, left.element, `right${h}`)}`,
)}
  }
${unroll(2, (h) => putRows(y, bias, form, { m, n }, sums(h), 'firstRow + i', `(column + ${4 * h}u)`))}`;
  },
});

/** Launches a matrix product in which every invocation computes 8 × 8 elements and reads both operands directly. */
export function launchRegister(use: MatmulUse): Launch {
  return launch(kernel, { ...use, constants: use.form, groups: tiles(use, tile, tile) });
}
