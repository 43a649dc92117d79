import { ShapeError } from '../errors.ts';

/**
 * One dimension: a number, or the name of a size that depends on the batch. The names in use are `tokens`,
 * `sequences`, `boundaries` (= sequences + 1), `examples` (multiple choice) and `masked` (masked language models).
 */
export type Dim = number | string;
export type Shape = readonly Dim[];
/** The values of the symbolic dimensions in one run, e.g. `{ tokens: 2077, sequences: 32 }`. */
export type DimValues = Readonly<Record<string, number>>;

export function dimValue(dim: Dim, values: DimValues): number {
  if (typeof dim === 'number') return dim;
  const value = values[dim];
  if (value === undefined) throw new ShapeError(`dimension '${dim}' has no value: no input carries it`);
  return value;
}

/**
 * Returns one dimension of a shape.
 *
 * @param axis a negative axis counts from the last
 * @throws ShapeError if there is no such axis
 */
export function dimOf(shape: Shape, axis: number): Dim {
  const dim = shape.at(axis);
  if (dim === undefined) throw new ShapeError(`${showShape(shape)} has no axis ${axis}`);
  return dim;
}

/**
 * Returns one dimension of a shape that does not depend on the batch; see {@link dimOf}.
 *
 * @throws ShapeError if it depends on the batch, or there is no such axis
 */
export function fixedDim(shape: Shape, axis: number): number {
  const dim = dimOf(shape, axis);
  if (typeof dim !== 'number')
    throw new ShapeError(`axis ${axis} of ${showShape(shape)} must have a fixed size`);
  return dim;
}

/** Returns rows and columns. @throws ShapeError if the shape is not a matrix */
export function matrixOf(shape: Shape): readonly [rows: Dim, columns: Dim] {
  if (shape.length !== 2) throw new ShapeError(`${showShape(shape)} is not a matrix`);
  return [dimOf(shape, 0), dimOf(shape, 1)];
}

/** Returns the shape itself if all sizes are fixed, else undefined. */
export function fixedShape(shape: Shape): readonly number[] | undefined {
  const fixed = shape.filter((dim) => typeof dim === 'number');
  return fixed.length === shape.length ? fixed : undefined;
}

export function concreteShape(shape: Shape, values: DimValues): number[] {
  return shape.map((dim) => dimValue(dim, values));
}

/** Returns the number of elements of a shape. */
export function sizeOf(shape: Shape, values: DimValues): number {
  return shape.reduce<number>((size, dim) => size * dimValue(dim, values), 1);
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((dim, i) => dim === b[i]);
}

/** Returns a key that is equal for shapes with the same number of elements in every run. */
export function countKey(shape: Shape): string {
  let product = 1;
  const symbols: string[] = [];
  for (const dim of shape) {
    if (typeof dim === 'number') product *= dim;
    else symbols.push(dim);
  }
  return [product, ...symbols.sort()].join('·');
}

/** Returns whether two shapes have the same number of elements in every run. */
export function sameSize(a: Shape, b: Shape): boolean {
  return countKey(a) === countKey(b);
}

export function showShape(shape: Shape): string {
  return `[${shape.join(', ')}]`;
}

/** Broadcasts two shapes by NumPy's rule: align them at the last axis; a dimension of 1 stretches. */
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
