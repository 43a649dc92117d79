/** A word of the training texts: its current pieces, and its number of occurrences. */
export interface CountedWord {
  pieces: string[];
  readonly count: number;
}

/** Two neighboring pieces, their number of occurrences, and the words that contain them. */
interface Pair {
  readonly left: string;
  readonly right: string;
  count: number;
  readonly words: Set<CountedWord>;
}

/** Counts of all neighboring pieces in a list of words, updated when pairs are merged. */
export class PairCounts {
  readonly #pairs = new Map<string, Pair>();

  constructor(words: Iterable<CountedWord>) {
    for (const word of words) this.#add(word, word.count);
  }

  /** Returns the most frequent pair. Of equally frequent pairs it is the first by its text. */
  most(): Pair | undefined {
    let best: Pair | undefined;
    for (const pair of this.#pairs.values())
      if (!best || pair.count > best.count || (pair.count === best.count && precedes(pair, best)))
        best = pair;
    return best;
  }

  /** Merges a pair into one piece in every word. */
  merge({ left, right, words }: Pair, merged: string): void {
    for (const word of words) {
      this.#add(word, -word.count);
      const { pieces } = word;
      const next: string[] = [];
      for (let i = 0; i < pieces.length; i++) {
        const joins = pieces[i] === left && pieces[i + 1] === right;
        next.push(joins ? merged : (pieces[i] as string));
        if (joins) i++;
      }
      word.pieces = next;
      this.#add(word, word.count);
    }
  }

  /** Adds a word's pairs to the counts, or subtracts them. */
  #add(word: CountedWord, count: number): void {
    for (let i = 0; i + 1 < word.pieces.length; i++) {
      const [left, right] = [word.pieces[i] as string, word.pieces[i + 1] as string];
      const key = `${left} ${right}`;
      let pair = this.#pairs.get(key);
      if (!pair) {
        pair = { left, right, count: 0, words: new Set() };
        this.#pairs.set(key, pair);
      }
      pair.count += count;
      if (count > 0) pair.words.add(word);
      else pair.words.delete(word);
      if (pair.count === 0) this.#pairs.delete(key);
    }
  }
}

function precedes(a: Pair, b: Pair): boolean {
  return a.left < b.left || (a.left === b.left && a.right < b.right);
}
