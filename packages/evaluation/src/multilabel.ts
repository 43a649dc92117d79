import { type ClassScores, classScores } from './classification.ts';
import { LabelRangeError, ShapeError } from './errors.ts';
import { checkPaired, mean, type Numbers, ratio, sum } from './lists.ts';

/** Scores of multi-label predictions. */
export interface MultiLabelScores {
  /** Subset accuracy: the fraction of rows with all labels right. */
  readonly accuracy: number;
  /** Unweighted means over all labels. Labels that never occur count as 0. */
  readonly macro: {
    /** Mean precision. */
    readonly precision: number;
    /** Mean recall. */
    readonly recall: number;
    /** Mean F1. */
    readonly f1: number;
  };
  /** F1 of the summed counts of all labels. */
  readonly microF1: number;
  /** Scores of each label. */
  readonly perLabel: readonly ClassScores[];
}

/**
 * Returns scores as scikit-learn computes them with `zero_division=0`. Labels and predictions are 0 or 1.
 *
 * @param labels `[rows, columns]`, row-major
 * @param predictions `[rows, columns]`
 */
export function multiLabelScores(labels: Numbers, predictions: Numbers, columns: number): MultiLabelScores {
  checkPaired(labels, predictions);
  if (!Number.isInteger(labels.length / columns)) {
    throw new ShapeError(`${labels.length} labels do not fill rows of ${columns}.`);
  }
  const hits = Array<number>(columns).fill(0);
  const support = Array<number>(columns).fill(0);
  const predicted = Array<number>(columns).fill(0);
  const rows = labels.length / columns;
  let rightRows = 0;
  for (let row = 0; row < rows; row++) {
    let wrong = 0;
    for (let column = 0; column < columns; column++) {
      const label = bit(labels, row, column, columns);
      const prediction = bit(predictions, row, column, columns);
      hits[column]! += label * prediction;
      support[column]! += label;
      predicted[column]! += prediction;
      wrong += Math.abs(label - prediction);
    }
    if (wrong === 0) rightRows++;
  }
  const perLabel = hits.map((count, column) => classScores(count, support[column]!, predicted[column]!));
  return {
    accuracy: rightRows / rows,
    macro: {
      precision: mean(perLabel.map(({ precision }) => precision)),
      recall: mean(perLabel.map(({ recall }) => recall)),
      f1: mean(perLabel.map(({ f1 }) => f1)),
    },
    microF1: ratio(2 * sum(hits), sum(support) + sum(predicted)),
    perLabel,
  };
}

function bit(values: Numbers, row: number, column: number, columns: number): number {
  const value = values[row * columns + column]!;
  if (value !== 0 && value !== 1) throw new LabelRangeError(row, value, '0 or 1');
  return value;
}
