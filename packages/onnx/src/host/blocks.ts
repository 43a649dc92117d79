import type { OnnxBlocks } from '@scalearn/core/graph';
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

/** The blocks into which a group's sequences are divided. */
export interface Blocks {
  readonly blocks: readonly Block[];
  /** Number of blocks in the tensors, at least 1. */
  readonly padded: number;
  /** Number of queries of a block. */
  readonly queries: number;
  /** Number of keys of a block before its first query, and after its last one. */
  readonly margin: number;
}

/** Divides a group into blocks. By default every sequence is one. */
export function blocksOf(
  group: SequenceGroup,
  cuSeqlens: Int32Array,
  { window, scores }: OnnxBlocks = {},
): Blocks {
  return window === undefined
    ? queryBlocks(group, cuSeqlens, scores)
    : windowBlocks(group, cuSeqlens, window);
}

/**
 * Divides a group into blocks of as many queries as the window reaches. If the longest sequence is not longer than the
 * keys of such a block, every sequence is one block.
 */
function windowBlocks({ sequences, longest }: SequenceGroup, cuSeqlens: Int32Array, window: number): Blocks {
  const small = Math.max(1, window);
  const isWhole = longest <= small + 2 * window;
  const [queries, margin] = isWhole ? [longest, 0] : [small, window];
  const blocks = sequences.flatMap((s) => {
    const [begin, length] = [cuSeqlens[s] as number, lengthOf(cuSeqlens, s)];
    const count = Math.ceil(length / queries);
    return Array.from({ length: count }, (_, i) => ({ begin, length, first: i * queries }));
  });
  return { blocks, padded: Math.max(1, blocks.length), queries, margin };
}

/**
 * Divides the queries of a group into as few blocks as have at most so many scores, but at least one query. All
 * sequences have a block of the first queries, then all have one of the next, though some may have ended.
 */
function queryBlocks(
  { sequences, padded, longest }: SequenceGroup,
  cuSeqlens: Int32Array,
  scores: number = padded * longest ** 2,
): Blocks {
  const most = Math.max(1, Math.floor(scores / (padded * longest)));
  const queries = Math.ceil(longest / Math.ceil(longest / most));
  const count = Math.ceil(longest / queries);
  const blocks = Array.from({ length: count }, (_, i) =>
    sequences.map((s) => ({
      begin: cuSeqlens[s] as number,
      length: lengthOf(cuSeqlens, s),
      first: i * queries,
    })),
  ).flat();
  return { blocks, padded: padded * count, queries, margin: 0 };
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
