/** A labeled row. Rows of `@scalearn/datasets` have this form. */
export interface LabeledTexts {
  /** A text, or the two texts of a pair. */
  readonly segments: readonly string[];
  /** Texts of the choices, for multiple choice only. They are read like segments. */
  readonly choices?: readonly string[];
  /** Class id, score, or the number of the right choice. */
  readonly label: number | readonly number[];
}

export interface BagOfWordsOptions {
  /** Number of passes over the training rows. Default 10. */
  readonly epochs?: number;
  /** Weight decay. Default 1e-3. */
  readonly weightDecay?: number;
}

/**
 * Fits a baseline without word order: a linear model of the words in each text of a row, trained with AdaGrad row by
 * row. It is multinomial logistic regression for classes, and least squares for scores. The results are deterministic.
 *
 * @param task its training rows and, for classes, their names; null for regression
 * @param rows rows to predict
 * @returns a class id or a score for each row
 */
export function bagOfWords(
  task: { readonly train: readonly LabeledTexts[]; readonly labels: readonly string[] | null },
  rows: readonly LabeledTexts[],
  { epochs = 10, weightDecay = 1e-3 }: BagOfWordsOptions = {},
): number[] {
  const { train, labels } = task;
  const classes = labels?.length ?? 1;
  const targets = train.map(({ label }) => Number(label));
  // Scores are modeled as differences from their mean.
  const center = labels ? 0 : targets.reduce((a, b) => a + b, 0) / targets.length;
  const vocabulary = new Map<string, number>();
  const known = train.map((row) => keys(row).map((key) => numberOf(vocabulary, key)));
  const width = vocabulary.size + 1;
  const weights = new Float64Array(width * classes);
  const squares = new Float64Array(width * classes).fill(1e-8);
  const score = (active: readonly number[], c: number): number =>
    active.reduce((sum, i) => sum + weights[c * width + i]!, weights[c * width + width - 1]!);
  const scores = (active: readonly number[]): number[] =>
    Array.from({ length: classes }, (_, c) => score(active, c));

  for (let epoch = 0; epoch < epochs; epoch++) {
    for (const [row, active] of known.entries()) {
      const logits = scores(active);
      const slopes = labels
        ? softmax(logits).map((p, c) => p - (c === targets[row] ? 1 : 0))
        : [logits[0]! + center - targets[row]!];
      for (const [c, slope] of slopes.entries())
        for (const i of [...active, width - 1]) {
          const at = c * width + i;
          const gradient = slope + weightDecay * weights[at]!;
          squares[at]! += gradient * gradient;
          weights[at]! -= (0.1 * gradient) / Math.sqrt(squares[at]!);
        }
    }
  }
  return rows.map((row) => {
    const active = keys(row).flatMap((key) => vocabulary.get(key) ?? []);
    const logits = scores(active);
    return labels ? logits.indexOf(Math.max(...logits)) : logits[0]! + center;
  });
}

/** Returns the distinct words of each text in lower case. */
function keys({ segments, choices = [] }: LabeledTexts): string[] {
  const words = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  return [
    ...new Set([...segments, ...choices].flatMap((text, i) => words(text).map((word) => `${i} ${word}`))),
  ];
}

function numberOf(vocabulary: Map<string, number>, key: string): number {
  const at = vocabulary.get(key) ?? vocabulary.size;
  vocabulary.set(key, at);
  return at;
}

function softmax(scores: readonly number[]): number[] {
  const most = Math.max(...scores);
  const powers = scores.map((s) => Math.exp(s - most));
  const total = powers.reduce((a, b) => a + b, 0);
  return powers.map((p) => p / total);
}
