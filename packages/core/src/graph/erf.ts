import type { WgslFace } from './function-faces.ts';
import { f32Literal, wgsl } from './wgsl.ts';

/** The derivative of erf at 0: `2/√π`. */
export const erfSlope: number = 2 / Math.sqrt(Math.PI);

/** Computes erf to float64 precision: `2/√π · e^(-x²) · Σ 2ⁿ x^(2n+1) / (2n+1)!!`, whose terms have one sign. */
export function erf(x: number): number {
  if (Math.abs(x) > 6) return Math.sign(x);
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > Math.abs(sum) * 1e-17; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return erfSlope * Math.exp(-x * x) * sum;
}

/** erf in WGSL: an approximation where f32 can distinguish the result from ±1. */
export const erfFace: WgslFace<[string]> = {
  needs: ['nanOr'],
  body: ({ type, lanes }) => wgsl`  let c = clamp(x, ${type}(-4f), ${type}(4f));
  let s = c * c;
  return nanOr${lanes}(x, c * ${polynomial(numerator, type)} / ${polynomial(denominator, type)});`,
};

// Numerator and denominator of a rational approximation of erf on [-4, 4], in x²; its error is below 2e-7.
const numerator = [
  -2.72614225801306e-10, 2.77068142495902e-8, -2.10102402082508e-6, -5.69250639462346e-5,
  -7.34990630326855e-4, -2.954599808540251e-3, -1.60960333262415e-2,
];
const denominator = [
  -1.45660718464996e-5, -2.13374055278905e-4, -1.68282697438203e-3, -7.37332916720468e-3,
  -1.42647390514189e-2,
];

function polynomial(coefficients: readonly number[], type: string): string {
  const [first = 0, ...rest] = coefficients;
  return rest.reduce((sum, c) => `(${sum} * s + ${type}(${f32Literal(c)}))`, `${type}(${f32Literal(first)})`);
}
