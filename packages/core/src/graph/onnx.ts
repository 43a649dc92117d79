import type { Dim } from './shape.ts';

/** The name of a value in an ONNX graph. */
export type OnnxValue = string;
export type OnnxAttribute = number | string | readonly number[] | { readonly float: number };

/**
 * One of the groups of similarly long sequences that the ONNX device divides a ragged batch into, each padded to its
 * own longest; groups may be empty.
 */
export interface OnnxGroup {
  readonly cuSeqlens: OnnxValue;
  readonly group: number;
  /** How many groups there are. */
  readonly groups: number;
}

/**
 * Values the ONNX device computes on the host for each run, from what was fed; B sequences of a group have length S.
 * - `padRows` i32 `[B, heads, S]`: where a group's rows lie in x seen as `[tokens·parts·heads, size]`
 * - `unpadRows` i32 `[tokens, parts·heads]`: where those lie in all groups' `[parts, B, heads, S]`, one after the other
 * - `paddingBias` `[B, 1, 1, S]`: 0, or very negative at padding; `paddingValid` `[B, 1, S, 1]`: 1, or 0 at padding
 * - the masks hold 0 or 1/(1-p); `attentionMask` `[B, heads, S, S]` is 0 at padding
 */
export type HostValue =
  | { readonly kind: 'dim'; readonly dim: Dim }
  | { readonly kind: 'shape'; readonly shape: readonly Dim[] }
  | ({
      readonly kind: 'padRows';
      readonly heads: number;
      readonly part: number;
      readonly parts: number;
    } & OnnxGroup)
  | ({ readonly kind: 'unpadRows'; readonly heads: number; readonly parts: number } & Omit<
      OnnxGroup,
      'group'
    >)
  | ({ readonly kind: 'paddingBias' } & OnnxGroup)
  | ({ readonly kind: 'paddingValid' } & OnnxGroup)
  | {
      readonly kind: 'dropoutMask';
      readonly shape: readonly Dim[];
      readonly probability: number;
      readonly stream: number;
      readonly random: OnnxValue;
    }
  | ({
      readonly kind: 'attentionMask';
      readonly heads: number;
      readonly probability: number;
      readonly stream: number;
      readonly random: OnnxValue;
    } & OnnxGroup);

/** What an operation's ONNX form writes to. Equal nodes are written once, so forms may repeat each other's work. */
export interface OnnxEmitter {
  /** How many {@link OnnxGroup}s attention divides a ragged batch into. */
  readonly groups: number;
  /** Operators are standard ones but for `FusedMatMul` of ONNX Runtime, here of tensors of rank 4. */
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
