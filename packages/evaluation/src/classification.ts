import { LabelRangeError } from './errors.ts';
import { checkPaired, mean, type Numbers, ratio, sum } from './lists.ts';

// Single-label classification metrics as in scikit-learn. Labels and predictions are class ids 0, 1, …, one per row.

/** Returns the fraction of predictions that equal the label. */
export function accuracy(labels: Numbers, predictions: Numbers): number {
  checkPaired(labels, predictions);
  return mean(Array.from(labels, (label, i) => (label === predictions[i] ? 1 : 0)));
}

/**
 * Returns the confusion matrix `[classes, classes]`: row = label, column = prediction.
 *
 * @param classes number of classes; default: the largest id plus one
 */
export function confusionMatrix(labels: Numbers, predictions: Numbers, classes?: number): number[][] {
  checkPaired(labels, predictions);
  checkClassIds(labels, classes);
  checkClassIds(predictions, classes);
  const size = classes ?? 1 + Math.max(largest(labels), largest(predictions));
  const matrix = Array.from({ length: size }, () => Array<number>(size).fill(0));
  for (let row = 0; row < labels.length; row++) matrix[labels[row]!]![predictions[row]!]! += 1;
  return matrix;
}

/** Precision, recall and F1 of one class. All are 0 where they are undefined. */
export interface ClassScores {
  /** Fraction of the predictions of this class that are right. */
  readonly precision: number;
  /** Fraction of the rows of this class that are predicted. */
  readonly recall: number;
  /** Harmonic mean of precision and recall. */
  readonly f1: number;
  /** Number of rows with this label. */
  readonly support: number;
  /** Number of rows with this prediction. */
  readonly predicted: number;
}

/** Returns the scores of a class from its number of true positives, of labels and of predictions. */
export function classScores(hits: number, support: number, predicted: number): ClassScores {
  return {
    precision: ratio(hits, predicted),
    recall: ratio(hits, support),
    f1: ratio(2 * hits, support + predicted),
    support,
    predicted,
  };
}

/** Returns the scores of every class, in the order of the ids. */
export function scoresPerClass(labels: Numbers, predictions: Numbers, classes?: number): ClassScores[] {
  const matrix = confusionMatrix(labels, predictions, classes);
  return matrix.map((row, id) => classScores(row[id]!, sum(row), sum(matrix.map((other) => other[id]!))));
}

/** Returns the scores of class 1: the F1 of MRPC and QQP. They are 0 if class 1 is neither a label nor predicted. */
export function binaryScores(labels: Numbers, predictions: Numbers): ClassScores {
  return scoresPerClass(labels, predictions, 2)[1]!;
}

/** Averages of the scores of the classes. */
export interface AveragedScores {
  /** Unweighted means over the classes that occur in labels or predictions. */
  readonly macro: {
    /** Mean precision. */
    readonly precision: number;
    /** Mean recall. */
    readonly recall: number;
    /** Mean F1. */
    readonly f1: number;
  };
  /** F1 of the summed counts of all classes. For single-label classification it equals the accuracy. */
  readonly microF1: number;
  /** Mean F1 weighted by support. */
  readonly weightedF1: number;
}

/** Returns scikit-learn's averages. A class that neither occurs nor is predicted is ignored. */
export function averagedScores(labels: Numbers, predictions: Numbers): AveragedScores {
  const scores = scoresPerClass(labels, predictions).filter(
    ({ support, predicted }) => support + predicted > 0,
  );
  return {
    macro: {
      precision: mean(scores.map(({ precision }) => precision)),
      recall: mean(scores.map(({ recall }) => recall)),
      f1: mean(scores.map(({ f1 }) => f1)),
    },
    microF1: accuracy(labels, predictions),
    weightedF1: sum(scores.map(({ f1, support }) => f1 * support)) / labels.length,
  };
}

/**
 * Returns the Matthews correlation for any number of classes (Gorodkin 2004). It is 0 where it is undefined: if all
 * labels or all predictions are of one class, even if all are right.
 */
export function matthewsCorrelation(labels: Numbers, predictions: Numbers): number {
  const matrix = confusionMatrix(labels, predictions);
  const support = matrix.map(sum);
  const predicted = matrix.map((_, id) => sum(matrix.map((row) => row[id]!)));
  const rows = labels.length;
  const hits = sum(matrix.map((row, id) => row[id]!));
  const covariance = hits * rows - sum(support.map((count, id) => count * predicted[id]!));
  const ofLabels = rows ** 2 - sum(support.map((count) => count ** 2));
  const ofPredictions = rows ** 2 - sum(predicted.map((count) => count ** 2));
  return ratio(covariance, Math.sqrt(ofLabels * ofPredictions));
}

/** Throws `LabelRangeError` unless all are ids of `classes` classes. */
export function checkClassIds(ids: Numbers, classes: number = Number.POSITIVE_INFINITY): void {
  for (let row = 0; row < ids.length; row++) {
    const id = ids[row]!;
    if (!(Number.isInteger(id) && id >= 0 && id < classes)) {
      throw new LabelRangeError(row, id, `a class id, a whole number from 0 to ${classes - 1}`);
    }
  }
}

function largest(values: Numbers): number {
  let result = 0;
  for (let i = 0; i < values.length; i++) result = Math.max(result, values[i]!);
  return result;
}
