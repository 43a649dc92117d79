import { defineKernel } from '../../graph/kernel.ts';
import { launch } from '../../graph/launch.ts';
import type { Launch } from '../../graph/tensor.ts';
import { unroll, wgsl } from '../../graph/wgsl.ts';
import {
  type MatmulForm,
  type MatmulUse,
  multiplyAdd,
  putRows,
  sliceLoop,
  storedRows,
  tiles,
} from './operands.ts';

interface SubgroupForm extends MatmulForm {
  readonly subgroupSize: number;
}

/** Returns the number of rows of a tile. A tile has 4 columns for every invocation. */
function subgroupRows({ transposeA, subgroupSize }: SubgroupForm): number {
  return transposeA ? Math.min(4 * subgroupSize, 32) : Math.max(16, subgroupSize);
}

const kernel = defineKernel({
  name: 'matmul',
  inputs: { a: 'array', b: 'array', bias: 'optional' },
  outputs: { y: 'values' },
  sizes: ['m', 'n', 'k'],
  workgroup: ({ subgroupSize }: SubgroupForm) => subgroupSize,
  subgroups: () => true,
  body: ({ a, b, bias, y, m, n, k }, form) => {
    const { transposeA, transposeB, wideA, wideB, subgroupSize } = form;
    const rows = subgroupRows(form);
    const fromA = storedRows(a, transposeA ? m : k, wideA, form);
    const fromB = storedRows(b, transposeB ? k : n, wideB, form);
    // If both operands are stored by k, one row of each is read at a time; otherwise four steps of k.
    const steps = transposeA && !transposeB ? 1 : 4;
    const parts = transposeA ? 1 : rows / subgroupSize;
    const at = (q: number): string => (steps === 1 ? 'step' : `min(4u * step + ${q}u, ${k} - 1u)`);

    const before = transposeA
      ? `  let aColumn = min(${rows / 4}u * group.y + min(lane, ${rows / 4 - 1}u), (${m} - 1u) >> 2u);`
      : unroll(
          parts,
          (i) => `  let aRow${i} = ${fromA.begin(`min(firstRow + ${i * subgroupSize}u + lane, ${m} - 1u)`)};`,
        );
    const readA = (q: number): string => {
      const vector = fromA.vector(fromA.begin(at(q)), 'aColumn');
      const kept = steps === 1 ? vector : `select(vec4f(0f), ${vector}, 4u * step + ${q}u < ${k})`;
      return `    let a${q} = ${kept};`;
    };
    const scalar =
      (q: number) =>
      (i: number): string =>
        transposeA
          ? `subgroupBroadcast(a${q}[${i % 4}], ${Math.floor(i / 4)}u)`
          : `subgroupBroadcast(a${Math.floor(i / subgroupSize)}[${q}], ${i % subgroupSize}u)`;
    return wgsl`
  let firstRow = group.y * ${rows}u;
  let column = 4u * (group.x * ${subgroupSize}u + lane);
  let bColumn = min(column, ${n} - 1u) >> 2u;
${before}
${transposeB ? unroll(4, (j) => `  let bRow${j} = ${fromB.begin(`min(column + ${j}u, ${n} - 1u)`)};`) : ''}
${unroll(rows, (i) => `  var sum${i} = vec4f();`)}
  ${sliceLoop('step', steps === 1 ? k : `(${k} + 3u) / 4u`, 1, form)} {
${transposeA ? '' : unroll(parts, (i) => `    let a${i} = ${fromA.vector(`aRow${i}`, 'step', k)};`)}
${transposeB ? unroll(4, (j) => `    let c${j} = ${fromB.vector(`bRow${j}`, 'step', k)};`) : ''}
${unroll(
  steps,
  (q) => wgsl`${transposeA ? readA(q) : ''}
    let b${q} = ${transposeB ? `vec4f(c0[${q}], c1[${q}], c2[${q}], c3[${q}])` : fromB.vector(fromB.begin(at(q)), 'bColumn')};
${multiplyAdd(rows, (i) => `sum${i}`, scalar(q), `b${q}`)}`,
)}
  }
${putRows(
  y,
  bias,
  form,
  { m, n },
  Array.from({ length: rows }, (_, i) => `sum${i}`),
  'firstRow + i',
  'column',
)}`;
  },
});

/**
 * Launches a matrix product without workgroup memory and barriers. A subgroup computes a tile. Each invocation reads a
 * part of a, which it broadcasts to the others, and four columns of b.
 */
export function launchSubgroup(use: MatmulUse, subgroupSize: number): Launch {
  const constants = { ...use.form, subgroupSize };
  return launch(kernel, { ...use, constants, ...tiles(use, subgroupRows(constants), 4 * subgroupSize) });
}
