import { ratio } from './lists.ts';

// The comparison of predicted and right texts in SQuAD and ReCoRD.

/** The 32 ASCII punctuation characters. Other punctuation is kept. */
const punctuation = /[!-/:-@[-`{-~]/g;
/** Articles as whole words of any script. With `\b` the pattern would find "a" in "déjà". */
const articles = /(?<![\p{L}\p{N}_])(?:a|an|the)(?![\p{L}\p{N}_])/gu;

/** Returns the text in lower case without punctuation and articles, with white space collapsed. */
export function normalizeAnswer(text: string): string {
  return wordsOf(text.toLowerCase().replace(punctuation, '').replace(articles, ' ')).join(' ');
}

/** Returns 1 if two texts are equal after {@link normalizeAnswer}, otherwise 0. */
export function answerExactMatch(prediction: string, truth: string): number {
  return normalizeAnswer(prediction) === normalizeAnswer(truth) ? 1 : 0;
}

/** Returns the F1 of the words shared by two texts, counted with multiplicity; 0 if they share none. */
export function answerF1(prediction: string, truth: string): number {
  const [found, right] = [prediction, truth].map((text) => wordsOf(normalizeAnswer(text))) as [
    string[],
    string[],
  ];
  const left = new Map<string, number>();
  for (const word of right) left.set(word, (left.get(word) ?? 0) + 1);
  let shared = 0;
  for (const word of found) {
    const times = left.get(word) ?? 0;
    if (times > 0) shared++;
    left.set(word, times - 1);
  }
  const [precision, recall] = [ratio(shared, found.length), ratio(shared, right.length)];
  return ratio(2 * precision * recall, precision + recall);
}

/** Splits at Python's white space, as the original metric does: Unicode white space and four control characters. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the control characters are intended
const whiteSpace = /[\p{White_Space}\u001c-\u001f]+/u;
const wordsOf = (text: string): string[] => text.split(whiteSpace).filter(Boolean);
