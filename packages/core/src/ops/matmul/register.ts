import { type ArrayInput, defineKernel } from '../../graph/kernel.ts';
import { launch } from '../../graph/launch.ts';
import type { RegisterTile } from '../../graph/product.ts';
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

interface RegisterForm extends MatmulForm {
  /** Rows and columns of the result per invocation. A workgroup has 8 × 8 invocations. */
  readonly own: 4 | 8;
}

/**
 * Returns text that reads elements at step k of an operand: one from each of several rows (`along` k), or neighbors. It
 * has declarations before the loop, statements in the loop, and the name of an element.
 */
function readOwn(
  source: ArrayInput,
  name: string,
  first: string,
  limit: string,
  sizes: { readonly k: string; readonly wide: boolean; readonly along: boolean },
  form: RegisterForm,
): { before: string; step: string; element: (i: number) => string } {
  const { own } = form;
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
    before: unroll(
      own / 4,
      (h) => `  let ${name}Column${h} = min(${first} + ${4 * h}u, ${limit} - 1u) >> 2u;`,
    ),
    step: unroll(
      own / 4,
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
  workgroup: (_: RegisterForm) => 64,
  body: ({ a, b, bias, y, m, n, k }, form) => {
    const { own } = form;
    const [tile, halves] = [8 * own, own / 4];
    const left = readOwn(a, 'a', 'firstRow', m, { k, wide: form.wideA, along: !form.transposeA }, form);
    const right = readOwn(b, 'b', 'column', n, { k, wide: form.wideB, along: form.transposeB }, form);
    const four = (h: number): string =>
      `vec4f(${[0, 1, 2, 3].map((j) => right.element(4 * h + j)).join(', ')})`;
    const sums = (h: number): string[] => Array.from({ length: own }, (_, i) => `sum${i}_${h}`);
    return wgsl`
  let firstRow = group.y * ${tile}u + ${own}u * (local >> 3u);
  let column = group.x * ${tile}u + ${own}u * (local & 7u);
${left.before}
${right.before}
${unroll(own, (i) => `  ${Array.from({ length: halves }, (_, h) => `var sum${i}_${h} = vec4f();`).join(' ')}`)}
  ${sliceLoop('step', k, 1, form)} {
${left.step}
${right.step}
${unroll(
  halves,
  (h) => wgsl`    let right${h} = ${four(h)};
${multiplyAdd(own, (i) => `sum${i}_${h}`, left.element, `right${h}`)}`,
)}
  }
${unroll(halves, (h) => putRows(y, bias, form, { m, n }, sums(h), 'firstRow + i', `(column + ${4 * h}u)`))}`;
  },
});

/** Launches a matrix product in which every invocation computes its elements alone and reads both operands directly. */
export function launchRegister(use: MatmulUse, { own }: RegisterTile): Launch {
  const constants = { ...use.form, own };
  return launch(kernel, { ...use, constants, ...tiles(use, 8 * own, 8 * own) });
}
