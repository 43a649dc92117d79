import {
  accuracy,
  averagedScores,
  binaryScores,
  checkClassIds,
  matthewsCorrelation,
} from './classification.ts';
import { meanSquaredError, pearson, spearman } from './correlation.ts';
import { UnknownMetricError } from './errors.ts';
import { mean, type Numbers } from './lists.ts';
import { multiLabelScores } from './multilabel.ts';
import {
  argmaxPredictions,
  type Logits,
  multiLabelPredictions,
  regressionPredictions,
} from './predictions.ts';

/** Which metrics a task has. A task of `@scalearn/datasets` is one. */
export interface MetricSpec {
  readonly problem:
    | 'singleLabelClassification'
    | 'multipleChoice'
    | 'regression'
    | 'multiLabelClassification';
  /** Names in the order of the result. `combinedScore` is the mean of the others. */
  readonly metrics: readonly string[];
  /** The one that published tables show. */
  readonly primaryMetric: string;
}

export interface ScoredOutput extends Logits {
  /** Class ids or scores `[rows]`; multi-label: 0 or 1, `[rows, columns]`. */
  readonly labels: Numbers;
}

export interface MetricReport {
  /** Value of every metric asked for, in that order. Fractions, not percent; NaN for an undefined correlation. */
  readonly metrics: Readonly<Record<string, number>>;
  readonly primary: { readonly name: string; readonly value: number };
}

/**
 * Scores a model's output with the metrics of a task. Predictions are the largest logit of each row (the first of
 * equal ones), the raw output where the problem is regression, and logits above 0 where it is multi-label.
 *
 * Throws `UnknownMetricError`, `ShapeError`, `LabelRangeError`, or `NonFiniteLogitError` where a logit is NaN or
 * infinite.
 */
export function computeMetrics(spec: MetricSpec, output: ScoredOutput): MetricReport {
  const { metrics, primaryMetric, problem } = spec;
  if (!metrics.includes(primaryMetric)) throw new UnknownMetricError(primaryMetric, problem, metrics);
  const scorers = scorersOf[problem];
  const single = metrics.filter((name) => name !== COMBINED);
  for (const name of single) {
    if (!Object.hasOwn(scorers.metrics, name)) {
      throw new UnknownMetricError(name, problem, [...Object.keys(scorers.metrics), COMBINED]);
    }
  }
  const predictions = scorers.predict(output);
  const values = single.map((name) => scorers.metrics[name]!(output.labels, predictions, output.columns));
  const value = (name: string) => (name === COMBINED ? mean(values) : values[single.indexOf(name)]!);
  return {
    metrics: Object.fromEntries(metrics.map((name) => [name, value(name)])),
    primary: { name: primaryMetric, value: value(primaryMetric) },
  };
}

/** GLUE's mean of the metrics of a task that has more than one. */
const COMBINED = 'combinedScore';

interface Scorers {
  readonly predict: (output: ScoredOutput) => Numbers;
  readonly metrics: Readonly<
    Record<string, (labels: Numbers, predictions: Numbers, columns: number) => number>
  >;
}

const classification: Scorers = {
  predict(output) {
    checkClassIds(output.labels, output.columns);
    return argmaxPredictions(output);
  },
  metrics: {
    accuracy,
    precision: (labels, predictions) => binaryScores(labels, predictions).precision,
    recall: (labels, predictions) => binaryScores(labels, predictions).recall,
    f1: (labels, predictions) => binaryScores(labels, predictions).f1,
    precisionMacro: (labels, predictions) => averagedScores(labels, predictions).macro.precision,
    recallMacro: (labels, predictions) => averagedScores(labels, predictions).macro.recall,
    f1Macro: (labels, predictions) => averagedScores(labels, predictions).macro.f1,
    f1Micro: (labels, predictions) => averagedScores(labels, predictions).microF1,
    f1Weighted: (labels, predictions) => averagedScores(labels, predictions).weightedF1,
    matthewsCorrelation: (labels, predictions) => matthewsCorrelation(labels, predictions),
  },
};

const regression: Scorers = {
  predict: regressionPredictions,
  metrics: { pearson, spearman, meanSquaredError },
};

const multiLabel: Scorers = {
  predict: multiLabelPredictions,
  metrics: {
    accuracy: (...args) => multiLabelScores(...args).accuracy,
    precisionMacro: (...args) => multiLabelScores(...args).macro.precision,
    recallMacro: (...args) => multiLabelScores(...args).macro.recall,
    f1Macro: (...args) => multiLabelScores(...args).macro.f1,
    f1Micro: (...args) => multiLabelScores(...args).microF1,
  },
};

const scorersOf: Readonly<Record<MetricSpec['problem'], Scorers>> = {
  singleLabelClassification: classification,
  multipleChoice: classification,
  regression,
  multiLabelClassification: multiLabel,
};
