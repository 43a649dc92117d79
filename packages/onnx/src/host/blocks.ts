import { lengthOf, type SequenceGroup } from './groups.ts';

/** A block of queries of one sequence. */
export interface Block {
  /** First token of its sequence. */
  readonly begin: number;
  /** Length of its sequence. */
  readonly length: number;
  /** Position of its first query in the sequence. */
  readonly first: number;
}

/** The blocks into which a group's sequences are divided, for attention within a window. */
export interface Blocks {
  readonly blocks: readonly Block[];
  /** Number of blocks in the tensors, at least 1. */
  readonly padded: number;
  /** Number of queries of a block. */
  readonly queries: number;
  /** Number of keys of a block before its first query, and after its last one. */
  readonly margin: number;
}

/**
 * Divides a group into blocks of as many queries as the window reaches. If the longest sequence is not longer than the
 * keys of such a block, or without a window, every sequence is one block.
 */
export function blocksOf(
  { sequences, longest }: SequenceGroup,
  cuSeqlens: Int32Array,
  window: number | undefined,
): Blocks {
  const small = Math.max(1, window ?? longest);
  const isWhole = window === undefined || longest <= small + 2 * window;
  const [queries, margin] = isWhole ? [longest, 0] : [small, window];
  const blocks = sequences.flatMap((s) => {
    const [begin, length] = [cuSeqlens[s] as number, lengthOf(cuSeqlens, s)];
    const count = Math.ceil(length / queries);
    return Array.from({ length: count }, (_, i) => ({ begin, length, first: i * queries }));
  });
  return { blocks, padded: Math.max(1, blocks.length), queries, margin };
}

/**
 * Returns where a token is among the rows of a block: the block and the row in it; no block if it is in none.
 *
 * @param block the token's own block
 * @param row the token's row among the queries of this block
 * @param keys undefined for the rows of queries; for those of keys, see `unpadRows`
 */
export function keyCopy(
  { blocks, queries, margin }: Blocks,
  block: number,
  row: number,
  keys: 0 | 1 | 2 | undefined,
): readonly [block: number | undefined, row: number] {
  if (keys === undefined) return [block, row];
  const step = [0, -1, 1][keys] as number;
  const other = blocks[block + step];
  const at = row + margin - step * queries;
  const isIn = other?.begin === blocks[block]?.begin && at >= 0 && at < queries + 2 * margin;
  return [isIn ? block + step : undefined, at];
}
