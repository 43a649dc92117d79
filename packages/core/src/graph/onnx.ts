import type { Dim } from './shape.ts';

/** The name of a value in an ONNX graph. */
export type OnnxValue = string;
export type OnnxAttribute = number | string | readonly number[] | { readonly float: number };

/**
 * Values the ONNX device computes on the host for each run, from what was fed.
 * `padIndex [sequences, longest]`, `unpadIndex [tokens]`, `paddingBias [sequences, 1, 1, longest]` (0 or very negative)
 * and `paddingValid [sequences, longest, 1]` (1 or 0) serve padded attention; the masks hold 0 or 1/(1-p), and 0 at padding.
 */
export type HostValue =
  | {
      readonly kind: 'padIndex' | 'unpadIndex' | 'paddingBias' | 'paddingValid';
      readonly cuSeqlens: OnnxValue;
    }
  | { readonly kind: 'dim'; readonly dim: Dim }
  | { readonly kind: 'shape'; readonly shape: readonly Dim[] }
  | {
      readonly kind: 'dropoutMask';
      readonly shape: readonly Dim[];
      readonly probability: number;
      readonly stream: number;
      readonly random: OnnxValue;
    }
  | {
      readonly kind: 'attentionMask';
      readonly heads: number;
      readonly cuSeqlens: OnnxValue;
      readonly probability: number;
      readonly stream: number;
      readonly random: OnnxValue;
    };

/** What an operation's ONNX form writes to. Equal nodes are written once, so forms may repeat each other's work. */
export interface OnnxEmitter {
  node(type: string, inputs: readonly OnnxValue[], attributes?: Record<string, OnnxAttribute>): OnnxValue;
  nodes(
    type: string,
    inputs: readonly OnnxValue[],
    outputs: number,
    attributes?: Record<string, OnnxAttribute>,
  ): readonly OnnxValue[];
  /** An f32 constant, rank 0. */
  scalar(value: number): OnnxValue;
  /** An f32 constant. */
  floats(values: readonly number[], shape: readonly number[]): OnnxValue;
  /** A one-dimensional int64 constant: axes, shapes, indices. */
  ints(...values: number[]): OnnxValue;
  host(value: HostValue): OnnxValue;
  /** A target for Reshape: fixed dimensions as they are, a single symbolic one as -1. */
  shape(dims: readonly Dim[]): OnnxValue;
  /** The dimensions as an int64 vector, symbolic ones filled in for each run. */
  dims(dims: readonly Dim[]): OnnxValue;
}
