import { expect, test } from 'vitest';
import { blocksOf } from '../src/host/blocks.ts';
import { groupSequences, type SequenceGroup } from '../src/host/groups.ts';

const boundaries = (lengths: readonly number[]): Int32Array =>
  Int32Array.from([0, ...lengths], (_, i) => lengths.slice(0, i).reduce((a, b) => a + b, 0));

/** The least cost there is: every way to cut the sorted lengths. */
function leastCost(sorted: readonly number[], count: number): number {
  if (sorted.length === 0) return 0;
  if (count === 0) return Number.POSITIVE_INFINITY;
  const costs = sorted.map(
    (_, i) => (i + 1) * (sorted[0] as number) ** 2 + leastCost(sorted.slice(i + 1), count - 1),
  );
  return Math.min(...costs);
}

test.each([[[5]], [[3, 3, 3]], [[7, 1, 37, 12]], [[128, 23, 98, 26, 34, 65, 65, 47, 128, 54]]])(
  '%j: every sequence is in one group, and no division costs less',
  (lengths) => {
    for (const count of [1, 2, 3, 4]) {
      const groups = groupSequences(boundaries(lengths), count);
      expect(groups).toHaveLength(count);
      expect(groups.flatMap((g) => g.sequences).sort((a, b) => a - b)).toEqual([...lengths.keys()]);
      for (const { sequences, longest, padded } of groups) {
        expect(longest).toBe(Math.max(1, ...sequences.map((s) => lengths[s] as number)));
        expect(padded).toBe(Math.max(1, sequences.length));
      }
      const cost = groups.reduce((sum, g) => sum + g.sequences.length * g.longest ** 2, 0);
      expect(cost).toBe(
        leastCost(
          [...lengths].sort((a, b) => b - a),
          count,
        ),
      );
    }
  },
);

test('attention within a window costs as much for each token of a long sequence as of a short one', () => {
  const cost = (length: number): number => {
    const cuSeqlens = boundaries([length]);
    const [group] = groupSequences(cuSeqlens, 1);
    const { padded, queries, margin } = blocksOf(group as SequenceGroup, cuSeqlens, { window: 64 });
    return (padded * queries * (queries + 2 * margin)) / length;
  };
  expect(cost(100)).toBe(100);
  expect([640, 6400].map(cost)).toEqual([192, 192]);
});
