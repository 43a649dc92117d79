/** A symmetric matrix whose other elements are 0. */
export interface Tridiagonal {
  /** `[size]`. */
  readonly diagonal: Float64Array;
  /** The elements beside the diagonal, `[size - 1]`. */
  readonly beside: Float64Array;
}

/**
 * Rotates a symmetric matrix M into a tridiagonal one, `T = Qᵀ·M·Q`, by Householder reflections, and vectors with it.
 *
 * @param matrix M, `[size][size]`; it is overwritten
 * @param vectors each `[size]`; they are overwritten with Qᵀ·v
 */
export function tridiagonalize(
  matrix: Float64Array[],
  vectors: Float64Array[],
): { readonly matrix: Tridiagonal; readonly vectors: readonly Float64Array[] } {
  const size = matrix.length;
  // Indices are below the size by construction.
  const at = (i: number, j: number): number => matrix[i]![j]!;
  for (let k = 0; k < size - 2; k++) {
    // The reflection I - 2·h·hᵀ takes column k below the diagonal to a multiple of its first element.
    const h = Float64Array.from({ length: size }, (_, i) => (i > k ? at(i, k) : 0));
    const length = norm(h);
    if (length === 0) continue;
    h[k + 1]! += h[k + 1]! < 0 ? -length : length;
    const scale = norm(h);
    for (let i = k + 1; i < size; i++) h[i]! /= scale;
    // M - 2·h·wᵀ - 2·w·hᵀ with w = M·h - (hᵀM·h)·h
    const w = Float64Array.from({ length: size }, (_, i) => dotFrom(k + 1, matrix[i]!, h));
    const middle = dotFrom(k + 1, w, h);
    for (let i = k; i < size; i++) w[i]! -= middle * h[i]!;
    for (let i = k; i < size; i++)
      for (let j = k; j < size; j++) matrix[i]![j]! -= 2 * (h[i]! * w[j]! + w[i]! * h[j]!);
    for (const vector of vectors) {
      const along = 2 * dotFrom(k + 1, vector, h);
      for (let i = k + 1; i < size; i++) vector[i]! -= along * h[i]!;
    }
  }
  const diagonal = Float64Array.from({ length: size }, (_, i) => at(i, i));
  const beside = Float64Array.from({ length: Math.max(0, size - 1) }, (_, i) => at(i + 1, i));
  return { matrix: { diagonal, beside }, vectors };
}

const norm = (vector: Float64Array): number => Math.sqrt(dotFrom(0, vector, vector));

function dotFrom(start: number, a: Float64Array, b: Float64Array): number {
  let total = 0;
  for (let i = start; i < a.length; i++) total += a[i]! * b[i]!;
  return total;
}
