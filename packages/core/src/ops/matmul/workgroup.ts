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

interface WorkgroupForm extends MatmulForm {
  /** Rows and columns of the result per workgroup: 64, or 32 if there would be too few groups. */
  readonly tile: 32 | 64;
}

/** Number of steps of k in workgroup memory at a time. */
const depth = 16;
/** Distance between rows in vectors: one more than their number, so that neighbors are in different banks. */
const pitch = depth / 4 + 1;

const kernel = defineKernel({
  name: 'matmul',
  inputs: { a: 'array', b: 'array', bias: 'optional' },
  outputs: { y: 'values' },
  sizes: ['m', 'n', 'k'],
  workgroup: ({ tile }: WorkgroupForm) => (tile / 4) ** 2,
  declarations: ({ tile, transposeA, transposeB }) => wgsl`
var<workgroup> tileA: array<vec4f, ${transposeA ? (depth * tile) / 4 : tile * pitch}>;
var<workgroup> tileB: array<vec4f, ${transposeB ? tile * pitch : (depth * tile) / 4}>;`,
  body: ({ a, b, bias, y, m, n, k }, form) => {
    const { tile, transposeA, transposeB, wideA, wideB } = form;
    const across = tile / 4;
    const loads = (tile * depth) / 4 / across ** 2;
    const fromA = storedRows(a, transposeA ? m : k, wideA, form);
    const fromB = storedRows(b, transposeB ? k : n, wideB, form);
    // Loads one vector of an operand's tile. Values beyond k are zero; values beyond the edges are arbitrary.
    const stage = (source: typeof fromA, name: string, first: string, limit: string, byK: boolean): string =>
      unroll(loads, (part) => {
        const item = `item${part}`;
        if (byK)
          return wgsl`    {
      let row = start + ${item} / ${across}u;
      let vector = min(${first} + 4u * (${item} % ${across}u), ${limit} - 1u) >> 2u;
      let begin = ${source.begin(`min(row, ${k} - 1u)`)};
      ${name}[${item}] = select(vec4f(0f), ${source.vector('begin', 'vector')}, row < ${k});
    }`;
        return wgsl`    {
      let row = min(${first} + ${item} / 4u, ${limit} - 1u);
      let at = start + 4u * (${item} & 3u);
      let vector = min(at, ${k} - 1u) >> 2u;
      let begin = ${source.begin('row')};
      ${name}[${item} / 4u * ${pitch}u + (${item} & 3u)] = select(vec4f(0f), ${source.vector('begin', 'vector', k)}, at < ${k});
    }`;
      });
    const scalar =
      (q: number) =>
      (i: number): string =>
        transposeA ? `a${q}[${i}]` : `a${i}[${q}]`;
    return wgsl`
  let x = local % ${across}u;
  let yy = local / ${across}u;
  let firstRow = group.y * ${tile}u;
  let firstColumn = group.x * ${tile}u;
  let column = firstColumn + 4u * x;
${unroll(loads, (part) => `  let item${part} = local + ${part * across ** 2}u;`)}
${unroll(4, (i) => `  var sum${i} = vec4f();`)}
  ${sliceLoop('start', k, depth, form)} {
${stage(fromA, 'tileA', 'firstRow', m, transposeA)}
${stage(fromB, 'tileB', 'firstColumn', n, !transposeB)}
    workgroupBarrier();
    for (var part = 0u; part < ${depth / 4}u; part++) {
${transposeA ? '' : unroll(4, (i) => `    let a${i} = tileA[(4u * yy + ${i}u) * ${pitch}u + part];`)}
${transposeB ? unroll(4, (j) => `    let c${j} = tileB[(4u * x + ${j}u) * ${pitch}u + part];`) : ''}
${unroll(
  4,
  (q) => wgsl`${transposeA ? `    let a${q} = tileA[(4u * part + ${q}u) * ${across}u + yy];` : ''}
    let b${q} = ${
      transposeB
        ? `vec4f(c0[${q}], c1[${q}], c2[${q}], c3[${q}])`
        : `tileB[(4u * part + ${q}u) * ${across}u + x]`
    };
${multiplyAdd(4, (i) => `sum${i}`, scalar(q), `b${q}`)}`,
)}
    }
    workgroupBarrier();
  }
${putRows(y, bias, form, { m, n }, ['sum0', 'sum1', 'sum2', 'sum3'], 'firstRow + 4u * yy + i', 'column')}`;
  },
});

/**
 * Launches a matrix product over tiles in workgroup memory. Every invocation computes 4 × 4 elements. An operand whose
 * rows run along k is kept as rows of four vectors. An operand stored by k is kept as it is.
 */
export function launchWorkgroup(use: MatmulUse, tile: 32 | 64): Launch {
  return launch(kernel, { ...use, constants: { ...use.form, tile }, groups: tiles(use, tile, tile) });
}
