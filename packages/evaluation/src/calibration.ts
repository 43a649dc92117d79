import { checkClassIds } from './classification.ts';
import type { MetricSpec, ScoredOutput } from './compute.ts';
import { ShapeError } from './errors.ts';
import { argmaxPredictions, type Logits, sigmoidProbabilities, softmaxProbabilities } from './predictions.ts';

/** The problems whose outputs are probabilities. */
type ClassProblem = Exclude<MetricSpec['problem'], 'regression'>;

/** Returns the probabilities `[rows, columns]` of logits that are divided by a temperature (default 1). */
export function probabilities(problem: ClassProblem, output: Logits, temperature = 1): Float64Array {
  const logits = Float64Array.from(output.logits, (logit) => logit / temperature);
  const scaled = { ...output, logits };
  return problem === 'multiLabelClassification' ? sigmoidProbabilities(scaled) : softmaxProbabilities(scaled);
}

/**
 * Returns logits of a multi-label problem whose probability is above 0.5 where the probability at a temperature is above
 * a threshold. Metrics of them are those of predictions at the threshold.
 *
 * @param threshold between 0 and 1
 * @param temperature divides the logits; default 1
 */
export function atThreshold<T extends Logits>(
  output: T,
  threshold: number,
  temperature = 1,
): T & { readonly logits: Float32Array } {
  const cut = Math.log(threshold / (1 - threshold));
  return { ...output, logits: Float32Array.from(output.logits, (logit) => logit / temperature - cut) };
}

/** Fewest rows from which a temperature is fitted. */
const leastRows = 30;

/**
 * Fits the temperature of temperature scaling (Guo et al. 2017, "On Calibration of Modern Neural Networks"): the number
 * by which logits are divided so that the log-likelihood of the labels is largest. It changes probabilities, not
 * predictions. Fit it on validation rows, not on training rows.
 *
 * @param output logits and labels of at least 30 rows; with fewer the temperature is 1
 * @returns a number from 0.1 to 10
 */
export function fitTemperature(problem: ClassProblem, output: ScoredOutput): number {
  if (output.rows < leastRows) return 1;
  const slope = likelihoodSlope(problem, output);
  // The log-likelihood is concave in 1 / temperature, so its slope has one zero.
  let [low, high] = [0.1, 10];
  if (slope(low) <= 0) return 1 / low;
  if (slope(high) >= 0) return 1 / high;
  for (let i = 0; i < 60; i++) {
    const middle = Math.sqrt(low * high);
    if (slope(middle) > 0) low = middle;
    else high = middle;
  }
  return 1 / low;
}

/** Returns the derivative of the log-likelihood with respect to the inverse temperature. */
function likelihoodSlope(problem: ClassProblem, output: ScoredOutput): (inverse: number) => number {
  const { logits, labels, rows, columns } = output;
  const isMultiLabel = problem === 'multiLabelClassification';
  if (!isMultiLabel) checkClassIds(labels, columns);
  if (labels.length !== (isMultiLabel ? rows * columns : rows))
    throw new ShapeError(`There are ${labels.length} labels for ${rows} rows.`);
  const targets = Float64Array.from({ length: rows * columns }, (_, i) =>
    isMultiLabel ? labels[i]! : Number(labels[Math.floor(i / columns)] === i % columns),
  );
  return (inverse) => {
    const predicted = probabilities(problem, output, 1 / inverse);
    let total = 0;
    for (let i = 0; i < predicted.length; i++) total += (targets[i]! - predicted[i]!) * logits[i]!;
    return total;
  };
}

/** The predictions of one range of confidence. */
export interface ReliabilityBin {
  /** Lower bound of the confidence, which does not belong to the bin. */
  readonly from: number;
  /** Upper bound. */
  readonly to: number;
  /** Number of predictions in the bin. */
  readonly rows: number;
  /** Mean probability of the predicted classes; 0 without rows. */
  readonly confidence: number;
  /** Fraction of right predictions; 0 without rows. */
  readonly accuracy: number;
}

/** The data of a reliability diagram. */
export interface Reliability {
  /** The bins from the least to the most confident. */
  readonly bins: readonly ReliabilityBin[];
  /** Expected calibration error: the mean of |confidence − accuracy| over bins, weighted by their rows. */
  readonly expectedCalibrationError: number;
}

/**
 * Compares the probabilities of the predicted classes with how often they are right (Guo et al. 2017). For multi-label
 * problems each label of each row is one prediction, with the probability of what was predicted.
 *
 * @param temperature divides the logits; default 1
 * @param count number of bins of equal width; default 10
 */
export function reliability(
  problem: ClassProblem,
  output: ScoredOutput,
  temperature = 1,
  count = 10,
): Reliability {
  const sums = Array.from({ length: count }, () => ({ rows: 0, confidence: 0, right: 0 }));
  let total = 0;
  for (const { confidence, right } of judged(problem, output, temperature)) {
    const bin = sums[Math.min(count - 1, Math.max(0, Math.ceil(confidence * count) - 1))]!;
    bin.rows++;
    bin.confidence += confidence;
    bin.right += Number(right);
    total++;
  }
  const bins = sums.map(({ rows, confidence, right }, i) => ({
    ...{ from: i / count, to: (i + 1) / count, rows },
    confidence: rows === 0 ? 0 : confidence / rows,
    accuracy: rows === 0 ? 0 : right / rows,
  }));
  const distance = bins.reduce(
    (sum, { rows, confidence, accuracy }) => sum + rows * Math.abs(confidence - accuracy),
    0,
  );
  return { bins, expectedCalibrationError: distance / total };
}

/** Yields the probability of each prediction, and whether it is right. */
function* judged(
  problem: ClassProblem,
  output: ScoredOutput,
  temperature: number,
): Generator<{ confidence: number; right: boolean }> {
  const { labels, columns } = output;
  const predicted = probabilities(problem, output, temperature);
  if (problem === 'multiLabelClassification') {
    for (const [i, p] of predicted.entries())
      yield { confidence: Math.max(p, 1 - p), right: p > 0.5 === (labels[i] === 1) };
    return;
  }
  for (const [row, id] of argmaxPredictions(output).entries())
    yield { confidence: predicted[row * columns + id]!, right: labels[row] === id };
}

/**
 * Finds the probability from which a label is predicted so that the micro F1 of multi-label predictions is largest. Find
 * it on validation rows.
 *
 * @param temperature divides the logits; default 1
 * @returns a number between 0 and 1; 0.5 if no label occurs
 */
export function bestThreshold(output: ScoredOutput, temperature = 1): number {
  const { labels } = output;
  const predicted = probabilities('multiLabelClassification', output, temperature);
  const order = Array.from(predicted.keys()).sort((a, b) => predicted[b]! - predicted[a]!);
  const positives = order.reduce((sum, i) => sum + labels[i]!, 0);
  let best = { f1: 0, threshold: 0.5 };
  let hits = 0;
  for (const [rank, i] of order.entries()) {
    hits += labels[i]!;
    const next = predicted[order[rank + 1] ?? -1] ?? 0;
    // Equal probabilities are predicted together.
    if (next === predicted[i]) continue;
    const f1 = (2 * hits) / (positives + rank + 1);
    if (f1 > best.f1) best = { f1, threshold: (predicted[i]! + next) / 2 };
  }
  return best.threshold;
}
