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

/**
 * One dimension of a shape.
 *
 * @param axis negative counts from the last
 * @throws ShapeError if there is no such axis
 */
export function dimOf(shape: Shape, axis: number): Dim {
  const dim = shape.at(axis);
  if (dim === undefined) throw new ShapeError(`${showShape(shape)} has no axis ${axis}`);
  return dim;
}

/**
 * {@link dimOf} for a dimension that does not change with the batch.
 *
 * @throws ShapeError if it does
 */
export function fixedDim(shape: Shape, axis: number): number {
  const dim = dimOf(shape, axis);
  if (typeof dim !== 'number')
    throw new ShapeError(`axis ${axis} of ${showShape(shape)} must have a fixed size`);
  return dim;
}

/** Rows and columns. @throws ShapeError if the shape is no matrix */
export function matrixOf(shape: Shape): readonly [rows: Dim, columns: Dim] {
  if (shape.length !== 2) throw new ShapeError(`${showShape(shape)} is no matrix`);
  return [dimOf(shape, 0), dimOf(shape, 1)];
}

/** The shape itself, where all sizes are fixed; else undefined. */
export function fixedShape(shape: Shape): readonly number[] | undefined {
  const fixed = shape.filter((dim) => typeof dim === 'number');
  return fixed.length === shape.length ? fixed : undefined;
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
