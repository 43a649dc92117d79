/** Sequences that attention processes together, padded to the longest of them. */
export interface SequenceGroup {
  /** Their indices in the batch. */
  readonly sequences: readonly number[];
  /** Number of sequences in the tensors, at least 1, because ONNX Runtime cannot broadcast empty tensors. */
  readonly padded: number;
  /** Length of the longest sequence in tokens, at least 1. */
  readonly longest: number;
}

export const lengthOf = (cuSeqlens: Int32Array, sequence: number): number =>
  (cuSeqlens[sequence + 1] as number) - (cuSeqlens[sequence] as number);

/**
 * Divides a batch into groups of sequences of similar length. It minimizes the cost of attention over the padded
 * groups, the sum of `sequences · longest²`. A batch with few different lengths leaves groups empty. An empty group is
 * a single row of padding.
 */
export function groupSequences(cuSeqlens: Int32Array, count: number): SequenceGroup[] {
  const byLength = new Map<number, number[]>();
  for (let s = 0; s + 1 < cuSeqlens.length; s++) {
    const length = lengthOf(cuSeqlens, s);
    const same = byLength.get(length);
    if (same) same.push(s);
    else byLength.set(length, [s]);
  }
  const lengths = [...byLength.keys()].sort((a, b) => b - a);
  const cuts = bestCuts(
    lengths,
    lengths.map((length) => (byLength.get(length) as number[]).length),
    count,
  );
  return cuts.map(([begin, end]) => {
    const sequences = lengths.slice(begin, end).flatMap((length) => byLength.get(length) as number[]);
    const longest = begin < end ? (lengths[begin] as number) : 1;
    return { sequences, padded: Math.max(1, sequences.length), longest };
  });
}

/** Cuts descending lengths into `count` ranges `[begin, end)` by dynamic programming over range ends. */
function bestCuts(lengths: readonly number[], sizes: readonly number[], count: number): [number, number][] {
  const { length: n } = lengths;
  // cost[end] is the cost of lengths[0 … end) with the ranges so far. The start of the last range is kept per round.
  let cost = [0, ...Array<number>(n).fill(Number.POSITIVE_INFINITY)];
  const begins: number[][] = [];
  for (let range = 0; range < count; range++) {
    const next = [...cost];
    const begin = next.map((_, end) => end);
    for (let from = 0; from < n; from++) {
      const square = (lengths[from] as number) ** 2;
      let total = cost[from] as number;
      for (let end = from + 1; end <= n; end++) {
        total += (sizes[end - 1] as number) * square;
        if (total < (next[end] as number)) {
          next[end] = total;
          begin[end] = from;
        }
      }
    }
    begins.push(begin);
    cost = next;
  }
  const ranges: [number, number][] = [];
  for (let range = count - 1, end = n; range >= 0; range--) {
    const from = (begins[range] as number[])[end] as number;
    ranges.unshift([from, end]);
    end = from;
  }
  return ranges;
}
