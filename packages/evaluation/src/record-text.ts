import { ratio } from './lists.ts';

// How SQuAD and ReCoRD compare a predicted text with a right one.

/** The 32 ASCII marks: other punctuation stays. */
const punctuation = /[!-/:-@[-`{-~]/g;
/** Words of any script, for `\b` would find "a" in "déjà". */
const articles = /(?<![\p{L}\p{N}_])(?:a|an|the)(?![\p{L}\p{N}_])/gu;

/** Lower case without punctuation, then without articles, white space collapsed. */
export function normalizeAnswer(text: string): string {
  return wordsOf(text.toLowerCase().replace(punctuation, '').replace(articles, ' ')).join(' ');
}

/** Whether two texts are the same but for what {@link normalizeAnswer} takes away: 1 or 0. */
export function answerExactMatch(prediction: string, truth: string): number {
  return normalizeAnswer(prediction) === normalizeAnswer(truth) ? 1 : 0;
}

/** F1 of the words that two texts share, each as often as it occurs in both; 0 where they share none. */
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

/** At the white space of Python, where the metric is from: of Unicode, and four control characters. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is meant
const whiteSpace = /[\p{White_Space}\u001c-\u001f]+/u;
const wordsOf = (text: string): string[] => text.split(whiteSpace).filter(Boolean);
