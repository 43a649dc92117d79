import { ShapeError } from '../errors.ts';

/**
 * One dimension: a number, or the name of a size known only when a batch arrives. The names in use are `tokens`,
 * `sequences`, `boundaries` (= sequences + 1), `examples` (multiple choice) and `masked` (masked language models).
 */
export type Dim = number | string;
export type Shape = readonly Dim[];
/** What the symbolic dimensions are in one run, e.g. `{ tokens: 2077, sequences: 32 }`. */
export type DimValues = Readonly<Record<string, number>>;

export function dimValue(dim: Dim, values: DimValues): number {
  if (typeof dim === 'number') return dim;
  const value = values[dim];
  if (value === undefined) throw new ShapeError(`dimension '${dim}' has no value: no input carries it`);
  return value;
}

export function concreteShape(shape: Shape, values: DimValues): number[] {
  return shape.map((dim) => dimValue(dim, values));
}

/** Number of elements. */
export function sizeOf(shape: Shape, values: DimValues): number {
  return shape.reduce<number>((size, dim) => size * dimValue(dim, values), 1);
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((dim, i) => dim === b[i]);
}

/** Equal for shapes that hold equally many elements in every run. */
export function countKey(shape: Shape): string {
  let product = 1;
  const symbols: string[] = [];
  for (const dim of shape) {
    if (typeof dim === 'number') product *= dim;
    else symbols.push(dim);
  }
  return [product, ...symbols.sort()].join('·');
}

/** Whether shapes hold equally many elements in every run. */
export function sameSize(a: Shape, b: Shape): boolean {
  return countKey(a) === countKey(b);
}

export function showShape(shape: Shape): string {
  return `[${shape.join(', ')}]`;
}

/** NumPy's rule: align at the last axis; a dimension of 1 stretches. */
export function broadcastShapes(a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const x = a[i - (rank - a.length)] ?? 1;
    const y = b[i - (rank - b.length)] ?? 1;
    if (x === y || y === 1) return x;
    if (x === 1) return y;
    throw new ShapeError(`shapes ${showShape(a)} and ${showShape(b)} do not broadcast`);
  });
}
