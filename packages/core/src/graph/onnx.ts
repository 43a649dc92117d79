import type { Dim } from './shape.ts';

/** The name of a value in an ONNX graph. */
export type OnnxValue = string;
export type OnnxAttribute = number | string | readonly number[] | { readonly float: number };

/**
 * A group of sequences of similar length. The ONNX device divides a ragged batch into such groups and pads each to its
 * longest sequence. Groups may be empty.
 */
export interface OnnxGroup {
  /** Boundaries of the sequences, i32 `[boundaries]`. */
  readonly cuSeqlens: OnnxValue;
  /** Number of the group, from 0. */
  readonly group: number;
  /** Number of groups. */
  readonly groups: number;
}

/** How the sequences of a group are divided into blocks of equal length. By default every sequence is one block. */
export interface OnnxBlocks {
  /**
   * Largest distance of a key, for attention within a window. Keys of a block are its tokens, and as many before and
   * after it as the window has. If the longest sequence is not longer than the keys of a block would be, every sequence
   * is one block.
   */
  readonly window?: number;
  /**
   * Largest number of scores of a head, for attention without a window in long sequences. A block then has queries of
   * all sequences of the group, and keys are not divided: there are n times B blocks, those of the first queries first.
   */
  readonly scores?: number;
}

/** The parts that lie side by side in a row of x, each of all heads. */
interface RowParts {
  /** Number of attention heads. */
  readonly heads: number;
  /** Number of parts. */
  readonly parts: number;
}

/** Which rows of blocks are meant. */
interface OnnxRows extends OnnxBlocks {
  /**
   * Absent for queries. The keys of a block; where they are found again, `0` for those of a token's own block, `1` for
   * the block before and `2` for the block after it.
   */
  readonly keys?: 0 | 1 | 2;
}

/** A dropout mask. */
interface RandomMask {
  /** Probability of dropping an element. */
  readonly probability: number;
  /** Number of the random stream; see streamId. */
  readonly stream: number;
  /** The random state, i32 `[3]`. */
  readonly random: OnnxValue;
}

/**
 * Values that the ONNX device computes on the host for each run, from the inputs. A group has B sequences of length S, or
 * B blocks of S queries and K keys. Without a window, queries and keys are the same.
 * - `padRows` i32 `[B, heads, S or K]`: positions of a group's rows in x, seen as `[tokens·parts·heads, size]`
 * - `unpadRows` i32 `[tokens, parts·heads]`: their positions in the concatenation of all groups' `[parts, B, heads, S or K]`;
 *   a key may be in three blocks, and has the position after the last one where a block is missing
 * - `paddingBias` `[B, 1, 1 or S, K]`: 0, or very negative at padding and outside the window
 * - `paddingValid` `[B, 1, S, 1]`: 1, or 0 at padding
 * - the masks hold 0 or 1/(1-p); `attentionMask` `[B, heads, S, K]` is 0 at padding
 */
export type HostValue =
  | { readonly kind: 'dim'; readonly dim: Dim }
  | { readonly kind: 'shape'; readonly shape: readonly Dim[] }
  | ({ readonly kind: 'padRows'; readonly part: number } & RowParts & OnnxGroup & OnnxRows)
  | ({ readonly kind: 'unpadRows' } & RowParts & Omit<OnnxGroup, 'group'> & OnnxRows)
  | ({ readonly kind: 'paddingBias' } & OnnxGroup & OnnxBlocks)
  | ({ readonly kind: 'paddingValid' } & OnnxGroup & OnnxBlocks)
  | ({ readonly kind: 'dropoutMask'; readonly shape: readonly Dim[] } & RandomMask)
  | ({ readonly kind: 'attentionMask'; readonly heads: number } & RandomMask & OnnxGroup & OnnxBlocks);

/** Values of nodes that run several times; all are f32. */
export interface ScanValues<Carried extends string, Each extends string> {
  /** Values that a run takes from the one before, and gives to the next. */
  readonly carried: Readonly<Record<Carried, OnnxValue>>;
  /** Values of each run. Before and after all runs, those of one run are an element of axis 0. */
  readonly each: Readonly<Record<Each, OnnxValue>>;
}

/** Receives the ONNX nodes of operations. Equal nodes are written once, so operations may emit the same nodes. */
export interface OnnxEmitter {
  /** Number of {@link OnnxGroup}s into which attention divides a ragged batch. */
  readonly groups: number;
  /**
   * Most scores of a head that attention without a window keeps, where it can work through blocks of queries; undefined
   * if it keeps all.
   */
  readonly blockScores?: number | undefined;
  /** Adds a node. Operators are standard ONNX, except `FusedMatMul` of ONNX Runtime on tensors of rank 4. */
  node(type: string, inputs: readonly OnnxValue[], attributes?: Record<string, OnnxAttribute>): OnnxValue;
  /** Adds a node with several outputs. */
  nodes(
    type: string,
    inputs: readonly OnnxValue[],
    outputs: number,
    attributes?: Record<string, OnnxAttribute>,
  ): readonly OnnxValue[];
  /** Adds an f32 constant of rank 0. */
  scalar(value: number): OnnxValue;
  /** Adds an f32 constant. */
  floats(values: readonly number[], shape: readonly number[]): OnnxValue;
  /** Adds a one-dimensional int64 constant: axes, shapes, indices. */
  ints(...values: number[]): OnnxValue;
  /** Adds a value that the host computes for each run. */
  host(value: HostValue): OnnxValue;
  /** Adds a target shape for Reshape: fixed dimensions, and -1 for a single symbolic one. */
  shape(dims: readonly Dim[]): OnnxValue;
  /** Adds the dimensions as an int64 vector. Symbolic ones get their values in each run. */
  dims(dims: readonly Dim[]): OnnxValue;
  /**
   * Adds nodes that run once for each element of some values. They may read every value that was added before. Unlike
   * other nodes, equal ones are written again.
   *
   * @param write adds the nodes of a run to its own emitter
   */
  scan<Carried extends string, Each extends string, Result extends string>(
    values: ScanValues<Carried, Each>,
    write: (values: ScanValues<Carried, Each>, emit: OnnxEmitter) => ScanValues<Carried, Result>,
  ): ScanValues<Carried, Result>;
}
