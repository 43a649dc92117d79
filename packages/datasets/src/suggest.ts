/**
 * Returns the candidate closest to `word`, or undefined if none is close. `rte` and `glue/RTE` both find `glue/rte`.
 */
export function suggest(word: string, candidates: readonly string[]): string | undefined {
  let best: string | undefined;
  // The number of wrong characters must be less than the word's length.
  let least = Math.min(mostWrong, word.length);
  for (const candidate of candidates) {
    const name = candidate.slice(candidate.lastIndexOf('/') + 1);
    const distance = Math.min(
      editDistance(word.toLowerCase(), candidate),
      editDistance(word.toLowerCase(), name),
    );
    if (distance < least) {
      best = candidate;
      least = distance;
    }
  }
  return best;
}

const mostWrong = 3;

/**
 * Returns the number of insertions, deletions, substitutions and swaps of neighbors that turn `a` into `b` (the optimal
 * string alignment distance), or infinity if there are too many.
 */
function editDistance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) >= mostWrong) return Number.POSITIVE_INFINITY;
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swap = isSwap ? beforePrevious[j - 2]! + 1 : Number.POSITIVE_INFINITY;
      current[j] = Math.min(substitution, swap, previous[j]! + 1, current[j - 1]! + 1);
    }
    beforePrevious = previous;
    previous = current;
  }
  return previous[b.length]!;
}
