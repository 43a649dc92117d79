/** Base class of the errors of this package. */
export class EvaluationError extends Error {
  override readonly name: string = 'EvaluationError';
}

/** Predictions and labels do not match in size, or are empty. */
export class ShapeError extends EvaluationError {
  override readonly name = 'ShapeError';
}

/** A logit is not finite, so nothing can be predicted from it. */
export class NonFiniteLogitError extends EvaluationError {
  override readonly name = 'NonFiniteLogitError';
  readonly row: number;
  readonly column: number;

  constructor(row: number, column: number, value: number) {
    super(
      `The logit of row ${row}, column ${column} is ${value}: the model has diverged. Lower the learning rate, or evaluate an earlier state.`,
    );
    this.row = row;
    this.column = column;
  }
}

/** A label is not one that the logits can predict. */
export class LabelRangeError extends EvaluationError {
  override readonly name = 'LabelRangeError';
  readonly row: number;
  readonly label: number;

  constructor(row: number, label: number, expected: string) {
    super(`The label of row ${row} is ${label}, expected ${expected}.`);
    this.row = row;
    this.label = label;
  }
}

/** No metric of this name is defined for the problem. */
export class UnknownMetricError extends EvaluationError {
  override readonly name = 'UnknownMetricError';
  readonly metric: string;
  readonly known: readonly string[];

  constructor(metric: string, problem: string, known: readonly string[]) {
    super(`There is no metric ${JSON.stringify(metric)} for ${problem}. Known: ${known.join(', ')}.`);
    this.metric = metric;
    this.known = known;
  }
}
