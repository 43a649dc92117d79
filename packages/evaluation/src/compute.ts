import {
  accuracy,
  averagedScores,
  binaryScores,
  checkClassIds,
  matthewsCorrelation,
} from './classification.ts';
import { meanSquaredError, pearson, spearman } from './correlation.ts';
import { ShapeError, UnknownMetricError } from './errors.ts';
import { mean, type Numbers } from './lists.ts';
import { multiLabelScores } from './multilabel.ts';
import { multiRcScores } from './multirc.ts';
import {
  argmaxPredictions,
  classLogits,
  type Logits,
  multiLabelPredictions,
  regressionPredictions,
} from './predictions.ts';
import { type Candidate, type CandidateRow, recordScores } from './record.ts';

/** Kind of a task, which decides its metrics. */
export type Problem =
  | 'singleLabelClassification'
  | 'multipleChoice'
  | 'regression'
  | 'multiLabelClassification';

/** The metrics of a task. Tasks of `@scalearn/datasets` have this form. */
export interface MetricSpec {
  /** What the labels are. */
  readonly problem: Problem;
  /** Names of the metrics, in the order of the result. `combinedScore` is the mean of the others. */
  readonly metrics: readonly string[];
  /** The metric that published tables show. */
  readonly primaryMetric: string;
  /**
   * Whether rows are candidates for the answer of their group; by default they are not. The candidate with the
   * highest logit of class 1 is then the answer, and `f1` and `exactMatch` compare it with the right answers.
   */
  readonly ranksCandidates?: boolean;
}

/** Properties of a row that metrics use. Rows of `@scalearn/datasets` have this form. */
export interface ScoredRow {
  /** Class id, score, or 0 or 1 for each label. */
  readonly label: number | readonly number[];
  /**
   * Key shared by the rows that are scored together, such as the question that they answer; absent if rows are scored
   * alone
   */
  readonly group?: number | string;
  /** The answer that this row proposes for its group, and the right ones; absent if there are no candidates */
  readonly candidate?: Candidate;
}

export interface ScoredOutput extends Logits {
  /** Class ids or scores `[rows]`; for multi-label problems 0 or 1, `[rows, columns]`. */
  readonly labels: Numbers;
  /** The rows, only for metrics that score several rows together. */
  readonly examples?: readonly ScoredRow[];
}

export interface MetricReport {
  /**
   * Value of every requested metric, in order. Values are fractions, not percentages; NaN for an undefined correlation.
   */
  readonly metrics: Readonly<Record<string, number>>;
  /** The metric that published tables show. */
  readonly primary: {
    /** Its name. */
    readonly name: string;
    /** Its value, as a fraction. */
    readonly value: number;
  };
}

/**
 * Computes the metrics of a task from a model's output. The prediction of a row is the column of its largest logit (the
 * first of equal ones). For regression it is the raw output, and for multi-label problems each logit above 0.
 *
 * Throws `UnknownMetricError`, `ShapeError` (also if a metric needs `examples` with missing properties),
 * `LabelRangeError`, or `NonFiniteLogitError` if a logit is NaN or infinite.
 */
export function computeMetrics(spec: MetricSpec, output: ScoredOutput): MetricReport {
  const { metrics, primaryMetric, problem } = spec;
  if (!metrics.includes(primaryMetric)) throw new UnknownMetricError(primaryMetric, problem, metrics);
  const single = metrics.filter((name) => name !== COMBINED);
  const { labels, columns, examples } = output;
  const scorers = single.map((name) => metricOf(spec, name));
  const predictions = scorersFor(spec).predict(output);
  const values = scorers.map((metric) => metric(labels, predictions, columns, examples));
  const value = (name: string) => (name === COMBINED ? mean(values) : values[single.indexOf(name)]!);
  return {
    metrics: Object.fromEntries(metrics.map((name) => [name, value(name)])),
    primary: { name: primaryMetric, value: value(primaryMetric) },
  };
}

/**
 * Computes a metric from labels and predictions. `columns` is the number of labels per row. If candidates are ranked,
 * predictions are their scores. Metrics that score rows together need those rows.
 */
export type Metric = (
  labels: Numbers,
  predictions: Numbers,
  columns: number,
  examples?: readonly ScoredRow[],
) => number;

/** The properties that determine the available metrics. */
type MetricKind = Pick<MetricSpec, 'problem' | 'ranksCandidates'>;

/**
 * Returns a metric by name, except `combinedScore`. @throws UnknownMetricError for a name that the problem does not
 * have
 */
export function metricOf(kind: MetricKind, name: string): Metric {
  const { metrics } = scorersFor(kind);
  if (Object.hasOwn(metrics, name)) return metrics[name]!;
  throw new UnknownMetricError(name, kind.problem, [...Object.keys(metrics), COMBINED]);
}

const scorersFor = ({ problem, ranksCandidates = false }: MetricKind): Scorers =>
  ranksCandidates ? ranking : scorersOf[problem];

/** GLUE's mean of the metrics, for tasks with several metrics. */
const COMBINED = 'combinedScore';

interface Scorers {
  readonly predict: (output: ScoredOutput) => Numbers;
  readonly metrics: Readonly<Record<string, Metric>>;
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
    exactMatch: (labels, predictions, _, examples) =>
      multiRcScores(labels, predictions, groupsOf(examples)).exactMatch,
    f1MacroPerQuestion: (labels, predictions, _, examples) =>
      multiRcScores(labels, predictions, groupsOf(examples)).f1MacroPerQuestion,
  },
};

/** Class 1 means that a candidate is right. */
const ranking: Scorers = {
  predict: (output) => classLogits(output, 1),
  metrics: {
    f1: (_, scores, __, examples) => recordScores(scores, candidatesOf(examples)).f1,
    exactMatch: (_, scores, __, examples) => recordScores(scores, candidatesOf(examples)).exactMatch,
  },
};

function groupsOf(examples: readonly ScoredRow[] = []): (number | string)[] {
  return examples.map(({ group }) => {
    if (group !== undefined) return group;
    throw new ShapeError(
      'This metric scores the rows of a question together: every example must have a group.',
    );
  });
}

function candidatesOf(examples: readonly ScoredRow[] = []): CandidateRow[] {
  return examples.map(({ group, candidate }) => {
    if (group !== undefined && candidate !== undefined) return { group, candidate };
    throw new ShapeError(
      'Candidates for an answer are ranked: every example must have a group and a candidate.',
    );
  });
}

const regression: Scorers = {
  predict: regressionPredictions,
  metrics: { pearson, spearman, meanSquaredError },
};

const multiLabel: Scorers = {
  predict: multiLabelPredictions,
  metrics: {
    accuracy: (labels, predictions, columns) => multiLabelScores(labels, predictions, columns).accuracy,
    precisionMacro: (labels, predictions, columns) =>
      multiLabelScores(labels, predictions, columns).macro.precision,
    recallMacro: (labels, predictions, columns) =>
      multiLabelScores(labels, predictions, columns).macro.recall,
    f1Macro: (labels, predictions, columns) => multiLabelScores(labels, predictions, columns).macro.f1,
    f1Micro: (labels, predictions, columns) => multiLabelScores(labels, predictions, columns).microF1,
  },
};

const scorersOf: Readonly<Record<Problem, Scorers>> = {
  singleLabelClassification: classification,
  multipleChoice: classification,
  regression,
  multiLabelClassification: multiLabel,
};
