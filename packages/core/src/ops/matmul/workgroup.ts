import { defineKernel } from '../../graph/kernel.ts';
import { launch } from '../../graph/launch.ts';
import type { Product, WorkgroupTile } from '../../graph/product.ts';
import type { Launch } from '../../graph/tensor.ts';
import { unroll, wgsl } from '../../graph/wgsl.ts';
import {
  type MatmulForm,
  type MatmulUse,
  multiplyAdd,
  putRows,
  type StoredRows,
  sliceLoop,
  sliceOf,
  storedRows,
  tiles,
} from './operands.ts';

interface WorkgroupForm extends MatmulForm {
  readonly tile: WorkgroupTile;
}

/** The part of an operand in workgroup memory. */
interface Part {
  readonly name: string;
  /** Whether it is kept as it is stored, by k: rows of neighbors; else as rows along k. */
  readonly byK: boolean;
  readonly isHalf: boolean;
  /** Rows or columns of the result that it serves. */
  readonly length: number;
  /** Vectors from one row to the next. Rows along k are one vector apart, so that they are in different banks. */
  readonly pitch: number;
  /** Vectors of all rows, with the gaps. */
  readonly size: number;
}

type Form = Pick<Product, 'transposeA' | 'transposeB' | 'halfA' | 'halfB'>;

function partsOf({ transposeA, transposeB, halfA, halfB }: Form, tile: WorkgroupTile): { a: Part; b: Part } {
  const { depth } = tile;
  const part = (name: string, length: number, byK: boolean, isHalf: boolean): Part => {
    const pitch = byK ? length / 4 : depth / 4 + 1;
    return { name, byK, isHalf, length, pitch, size: (byK ? depth : length) * pitch };
  };
  return {
    a: part('tileA', tile.down * tile.rows, transposeA, halfA),
    b: part('tileB', tile.across * tile.columns, !transposeB, halfB),
  };
}

/** Returns the bytes of workgroup memory that a tile needs. */
export function workgroupBytes(form: Form, tile: WorkgroupTile): number {
  const { a, b } = partsOf(form, tile);
  return [a, b].reduce((sum, { size, isHalf }) => sum + tile.buffers * size * (isHalf ? 8 : 16), 0);
}

const kernel = defineKernel({
  name: 'matmul',
  inputs: { a: 'array', b: 'array', bias: 'optional' },
  outputs: { y: 'values' },
  sizes: ['m', 'n', 'k'],
  workgroup: ({ tile }: WorkgroupForm) => tile.across * tile.down,
  halves: ({ halfA, halfB }) => halfA || halfB,
  declarations: (form) => {
    const { a, b } = partsOf(form, form.tile);
    const declared = ({ name, isHalf, size }: Part): string =>
      `var<workgroup> ${name}: array<${isHalf ? 'vec4h' : 'vec4f'}, ${form.tile.buffers * size}>;`;
    return `\n${declared(a)}\n${declared(b)}`;
  },
  body: ({ a, b, bias, y, m, n, k }, form) => {
    const { tile, transposeA, transposeB, wideA, wideB } = form;
    const { across, down, rows, columns, depth, buffers } = tile;
    const parts = partsOf(form, tile);
    const invocations = across * down;
    const fromA = storedRows(a, transposeA ? m : k, wideA, form);
    const fromB = storedRows(b, transposeB ? k : n, wideB, form);
    const doubled = buffers === 2;
    /** Returns the index of a vector of a part, in the buffer that `buffer` counts. */
    const at = (part: Part, index: string, buffer: string): string =>
      doubled ? `${buffer} * ${part.size}u + ${index}` : index;
    // Loads a part of an operand. Values beyond k are zero; values beyond the edges are arbitrary.
    const stage = (part: Part, source: StoredRows, first: string, limit: string, buffer: string): string => {
      const vectors = (part.length * depth) / 4;
      return unroll(Math.ceil(vectors / invocations), (load) => {
        const item = load === 0 ? 'local' : `(local + ${load * invocations}u)`;
        const each = part.length / 4;
        const place = part.byK
          ? wgsl`let row = start + ${item} / ${each}u;
      let vector = min(${first} + 4u * (${item} % ${each}u), ${limit} - 1u) >> 2u;
      let begin = ${source.begin(`min(row, ${k} - 1u)`)};`
          : wgsl`let row = min(${first} + ${item} / ${depth / 4}u, ${limit} - 1u);
      let at = start + 4u * (${item} % ${depth / 4}u);
      let vector = min(at, ${k} - 1u) >> 2u;
      let begin = ${source.begin('row')};`;
        const loaded = part.byK
          ? `select(vec4f(0f), ${source.vector('begin', 'vector')}, row < ${k})`
          : `select(vec4f(0f), ${source.vector('begin', 'vector', k)}, at < ${k})`;
        const index = part.byK ? item : `${item} / ${depth / 4}u * ${part.pitch}u + ${item} % ${depth / 4}u`;
        const only = (load + 1) * invocations > vectors ? `if (${item} < ${vectors}u) ` : '';
        return wgsl`    ${only}{
      ${place}
      ${part.name}[${at(part, index, buffer)}] = ${part.isHalf ? `vec4h(${loaded})` : loaded};
    }`;
      });
    };
    const load = (buffer: string): string =>
      `${stage(parts.a, fromA, 'firstRow', m, buffer)}\n${stage(parts.b, fromB, 'firstColumn', n, buffer)}`;
    const kept = (part: Part, index: string): string => {
      const vector = `${part.name}[${at(part, index, 'now')}]`;
      return part.isHalf ? `vec4f(${vector})` : vector;
    };
    const [lines, quads] = [rows / 4, columns / 4];
    const scalar =
      (q: number) =>
      (i: number): string =>
        transposeA ? `a${q}_${Math.floor(i / 4)}[${i % 4}]` : `a${i}[${q}]`;
    // An invocation's columns are `quads` vectors, as far apart as all invocations' first vectors are wide.
    const multiply = wgsl`    for (var part = 0u; part < ${depth / 4}u; part++) {
${transposeA ? '' : unroll(rows, (i) => `    let a${i} = ${kept(parts.a, `(${rows}u * yy + ${i}u) * ${parts.a.pitch}u + part`)};`)}
${unroll(quads, (h) =>
  transposeB
    ? unroll(
        4,
        (j) =>
          `    let c${h}_${j} = ${kept(parts.b, `(4u * x + ${4 * across * h + j}u) * ${parts.b.pitch}u + part`)};`,
      )
    : '',
)}
${unroll(4, (q) =>
  [
    transposeA
      ? unroll(
          lines,
          (h) =>
            `    let a${q}_${h} = ${kept(parts.a, `(4u * part + ${q}u) * ${parts.a.pitch}u + ${lines}u * yy + ${h}u`)};`,
        )
      : '',
    unroll(quads, (h) => {
      const right = transposeB
        ? `vec4f(${[0, 1, 2, 3].map((j) => `c${h}_${j}[${q}]`).join(', ')})`
        : kept(parts.b, `(4u * part + ${q}u) * ${parts.b.pitch}u + x + ${across * h}u`);
      return `    let b${q}_${h} = ${right};\n${multiplyAdd(rows, (i) => `sum${i}_${h}`, scalar(q), `b${q}_${h}`)}`;
    }),
  ].join('\n'),
)}
    }`;
    const slice = sliceOf(k, depth, form);
    const loop = doubled
      ? wgsl`${slice.before}let firstStep = ${slice.from};
  let endStep = ${slice.to};
  {
    let start = firstStep;
${load('0u')}
  }
  workgroupBarrier();
  for (var step = firstStep; step < endStep; step += ${depth}u) {
    let now = ((step - firstStep) / ${depth}u) & 1u;
    if (step + ${depth}u < endStep) {
      let start = step + ${depth}u;
${load('(1u - now)')}
    }
${multiply}
    workgroupBarrier();
  }`
      : wgsl`${sliceLoop('start', k, depth, form)} {
${load('0u')}
    workgroupBarrier();
${multiply}
    workgroupBarrier();
  }`;
    const sums = (h: number): string[] => Array.from({ length: rows }, (_, i) => `sum${i}_${h}`);
    return wgsl`
  let x = local % ${across}u;
  let yy = local / ${across}u;
  let firstRow = group.y * ${parts.a.length}u;
  let firstColumn = group.x * ${parts.b.length}u;
  let column = firstColumn + 4u * x;
${unroll(quads, (h) => unroll(rows, (i) => `  var sum${i}_${h} = vec4f();`))}
  ${loop}
${unroll(quads, (h) =>
  putRows(
    y,
    bias,
    form,
    { m, n },
    sums(h),
    `firstRow + ${rows}u * yy + i`,
    h === 0 ? 'column' : `(column + ${4 * across * h}u)`,
  ),
)}`;
  },
});

/**
 * Launches a matrix product over tiles in workgroup memory. An operand whose rows run along k is kept as rows of
 * vectors. An operand stored by k is kept as it is.
 */
export function launchWorkgroup(use: MatmulUse, tile: WorkgroupTile): Launch {
  const work = tiles(use, tile.down * tile.rows, tile.across * tile.columns);
  return launch(kernel, { ...use, constants: { ...use.form, tile }, ...work });
}
