import type { MetricSpec } from './compute.ts';
import { mean } from './lists.ts';
import type { Logits } from './predictions.ts';

/** A labeled row. Rows of `@scalearn/datasets` have this form. */
export interface LabeledTexts {
  /** A text, or the two texts of a pair. */
  readonly segments: readonly string[];
  /** Texts of the choices, for multiple choice only. They are read like segments. */
  readonly choices?: readonly string[];
  /** Class id or score; for multi-label problems 0 or 1 for each label. */
  readonly label: number | readonly number[];
}

/** The part of a task that the baseline learns from. Tasks of `@scalearn/datasets` have this form. */
export interface BagOfWordsTask extends Pick<MetricSpec, 'problem'> {
  /** The rows to learn from. */
  readonly train: readonly LabeledTexts[];
  /** Names of the classes, choices or labels; null for regression. */
  readonly labels: readonly string[] | null;
}

export interface BagOfWordsOptions {
  /** Number of passes over the training rows. Default 10. */
  readonly epochs?: number;
  /** Weight decay. Default 1e-3. */
  readonly weightDecay?: number;
  /** Number of training rows to learn from, from the first. Default: all of them. */
  readonly limit?: number;
}

/**
 * Fits a baseline without word order: a linear model of the words in each text of a row, trained with AdaGrad row by
 * row. It is multinomial logistic regression for classes and choices, logistic regression of each label for
 * multi-label problems, and least squares for scores. The results are deterministic.
 *
 * @param task its problem, training rows and labels
 * @param rows rows to predict
 * @returns `[rows, columns]`: the logit of each class or label, or the score
 */
export function bagOfWords(
  task: BagOfWordsTask,
  rows: readonly LabeledTexts[],
  { epochs = 10, weightDecay = 1e-3, limit = Number.POSITIVE_INFINITY }: BagOfWordsOptions = {},
): Logits & { readonly logits: Float64Array } {
  const columns = task.labels?.length ?? 1;
  const train = task.train.slice(0, limit);
  // Scores are modeled as differences from their mean.
  const center = task.problem === 'regression' ? mean(train.map(({ label }) => Number(label))) : 0;
  const slopesOf = slopes(task.problem, center);
  const vocabulary = new Map<string, number>();
  const known = train.map((row) => keys(row).map((key) => numberOf(vocabulary, key)));
  const bias = vocabulary.size;
  const weights = new Float64Array((bias + 1) * columns);
  const squares = new Float64Array(weights.length).fill(1e-8);
  const outputs = (active: readonly number[]): Float64Array => {
    const sums = weights.slice(bias * columns);
    for (const i of active) for (let c = 0; c < columns; c++) sums[c]! += weights[i * columns + c]!;
    return sums;
  };
  for (let epoch = 0; epoch < epochs; epoch++) {
    for (const [row, active] of known.entries()) {
      const slope = slopesOf(outputs(active), train[row]!.label);
      for (const i of [...active, bias])
        for (let c = 0; c < columns; c++) {
          const at = i * columns + c;
          const gradient = slope[c]! + weightDecay * weights[at]!;
          squares[at]! += gradient * gradient;
          weights[at]! -= (0.1 * gradient) / Math.sqrt(squares[at]!);
        }
    }
  }
  const logits = new Float64Array(rows.length * columns);
  for (const [row, texts] of rows.entries()) {
    const active = keys(texts).flatMap((key) => vocabulary.get(key) ?? []);
    logits.set(
      outputs(active).map((output) => output + center),
      row * columns,
    );
  }
  return { logits, rows: rows.length, columns };
}

/** Derivative of a row's loss with respect to the outputs. */
type Slopes = (outputs: Float64Array, label: LabeledTexts['label']) => ArrayLike<number>;

function slopes(problem: MetricSpec['problem'], center: number): Slopes {
  if (problem === 'regression') return ([output = 0], label) => [output + center - Number(label)];
  if (problem === 'multiLabelClassification')
    return (outputs, label) =>
      outputs.map((output, c) => 1 / (1 + Math.exp(-output)) - (label as readonly number[])[c]!);
  return (outputs, label) => softmax(outputs).map((p, c) => p - (c === label ? 1 : 0));
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

function softmax(scores: Float64Array): Float64Array {
  const most = Math.max(...scores);
  const powers = scores.map((s) => Math.exp(s - most));
  const total = powers.reduce((a, b) => a + b, 0);
  return powers.map((p) => p / total);
}
