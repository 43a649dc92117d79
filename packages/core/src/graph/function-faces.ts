import type { OnnxEmitter, OnnxValue } from './onnx.ts';
import type { Mapped } from './tuple.ts';

/** The WGSL types for one f32, or for four at a time. */
export interface WgslForm {
  /** Number of elements. */
  readonly lanes: 1 | 4;
  /** Type of the elements. */
  readonly type: 'f32' | 'vec4f';
  /** Type of the elements' bits. */
  readonly bits: 'u32' | 'vec4u';
}

export const wgslForms: Readonly<Record<1 | 4, WgslForm>> = {
  1: { lanes: 1, type: 'f32', bits: 'u32' },
  4: { lanes: 4, type: 'vec4f', bits: 'vec4u' },
};

/** WGSL of a function: inline text, or the body of a function of x (and y) that may call library functions. */
export type WgslFace<X extends readonly string[]> =
  | {
      /** Returns an expression, given those of the arguments. */
      inline(form: WgslForm, ...x: X): string;
    }
  | {
      /** Names of the library functions that the body calls. */
      readonly needs: readonly string[];
      /** Returns the statements of a function of x (and y). */
      body(form: WgslForm): string;
    };

/** An ONNX operator, or a function that adds nodes. */
export type OnnxFace<X extends readonly OnnxValue[]> = string | ((emit: OnnxEmitter, ...x: X) => OnnxValue);

/** What a function of numbers computes, in every form. */
export interface FunctionForms<X extends readonly string[]> {
  /** The function's name, also in WGSL. */
  readonly name: string;
  /** Computes the function. */
  value(...x: Mapped<X, number>): number;
  /** Its ONNX form. */
  readonly onnx: OnnxFace<X>;
  /** Its WGSL form. */
  readonly wgsl: WgslFace<X>;
}

/** Makes a WGSL function return NaN for NaN, which `max`, `min` and `clamp` alone would not. */
export const keepingNaN = (value: (type: string) => string): WgslFace<[string]> => ({
  needs: ['nanOr'],
  body: ({ lanes, type }) => `  return nanOr${lanes}(x, ${value(type)});`,
});
/** Returns the larger or smaller of two numbers; NaN if one of them is NaN. */
export const extremum = (name: string): WgslFace<[string, string]> => ({
  needs: ['nanOr'],
  body: ({ lanes }) => `  return nanOr${lanes}(x, nanOr${lanes}(y, ${name}(x, y)));`,
});
export const builtin = (name: string): WgslFace<[string]> => ({ inline: (_, x) => `${name}(${x})` });
export const between = (operator: string): WgslFace<[string, string]> => ({
  inline: (_, x, y) => `${x} ${operator} ${y}`,
});
