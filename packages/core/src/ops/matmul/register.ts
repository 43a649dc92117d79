import { defineKernel, type Launch, launch } from '../../graph/kernel.ts';
import { unroll, wgsl } from '../../graph/wgsl.ts';
import { type MatmulForm, type MatmulUse, multiplyAdd, putRows, storedRows, tiles } from './operands.ts';

/** Rows and columns of the result per workgroup of 8 × 8 invocations. */
const tile = 64;

const kernel = defineKernel({
  name: 'matmul',
  inputs: { a: 'array', b: 'array', bias: 'optional' },
  outputs: { y: 'values' },
  sizes: ['m', 'n', 'k'],
  workgroup: (_: MatmulForm) => 64,
  body: ({ a, b, bias, y, m, n, k }, form) => {
    const { transposeA, transposeB, wideA, wideB } = form;
    const fromA = storedRows(a, transposeA ? m : k, wideA);
    const fromB = storedRows(b, transposeB ? k : n, wideB);
    const steps = transposeA && !transposeB ? 1 : 4;
    const at = (q: number): string => (steps === 1 ? 'step' : `min(4u * step + ${q}u, ${k} - 1u)`);
    const readA = (q: number, half: number): string => {
      const vector = fromA.vector(fromA.begin(at(q)), `aColumn${half}`);
      return steps === 1 ? vector : `select(vec4f(0f), ${vector}, 4u * step + ${q}u < ${k})`;
    };
    const readB = (q: number, half: number): string => {
      if (!transposeB) return fromB.vector(fromB.begin(at(q)), `bColumn${half}`);
      return `vec4f(${[0, 1, 2, 3].map((j) => `c${4 * half + j}[${q}]`).join(', ')})`;
    };
    const scalar =
      (q: number) =>
      (i: number): string =>
        transposeA ? `a${q}_${Math.floor(i / 4)}[${i % 4}]` : `a${i}[${q}]`;
    const sums = (half: number): string[] => Array.from({ length: 8 }, (_, i) => `sum${i}_${half}`);
    const columns = (name: string, first: string, limit: string): string =>
      unroll(2, (h) => `  let ${name}${h} = min(${first} + ${4 * h}u, ${limit} - 1u) >> 2u;`);
    return wgsl`
  let firstRow = group.y * ${tile}u + 8u * (local >> 3u);
  let column = group.x * ${tile}u + 8u * (local & 7u);
${
  transposeA
    ? columns('aColumn', 'firstRow', m)
    : unroll(8, (i) => `  let aRow${i} = ${fromA.begin(`min(firstRow + ${i}u, ${m} - 1u)`)};`)
}
${
  transposeB
    ? unroll(8, (j) => `  let bRow${j} = ${fromB.begin(`min(column + ${j}u, ${n} - 1u)`)};`)
    : columns('bColumn', 'column', n)
}
${unroll(8, (i) => `  var sum${i}_0 = vec4f(); var sum${i}_1 = vec4f();`)}
  for (var step = 0u; step < ${steps === 1 ? k : `(${k} + 3u) / 4u`}; step++) {
${transposeA ? '' : unroll(8, (i) => `    let a${i} = ${fromA.vector(`aRow${i}`, 'step', k)};`)}
${transposeB ? unroll(8, (j) => `    let c${j} = ${fromB.vector(`bRow${j}`, 'step', k)};`) : ''}
${unroll(
  steps,
  (q) => wgsl`${transposeA ? unroll(2, (h) => `    let a${q}_${h} = ${readA(q, h)};`) : ''}
${unroll(
  2,
  (h) => wgsl`    let b${q}_${h} = ${readB(q, h)};
${multiplyAdd(8, (i) => `sum${i}_${h}`, scalar(q), `b${q}_${h}`)}`,
)}`,
)}
  }
${unroll(2, (h) => putRows(y, bias, form, { m, n }, sums(h), 'firstRow + i', `(column + ${4 * h}u)`))}`;
  },
});

/** Matrix product in which every invocation computes 8 × 8 elements by itself, reading both operands directly. */
export function launchRegister(use: MatmulUse): Launch {
  return launch(kernel, { ...use, constants: use.form, groups: tiles(use, tile, tile) });
}
