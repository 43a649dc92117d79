export { type BagOfWordsOptions, bagOfWords, type LabelledTexts } from './bag-of-words.ts';
export { bagOfWordsReport } from './bag-of-words-report.ts';
export {
  type AveragedScores,
  accuracy,
  averagedScores,
  binaryScores,
  type ClassScores,
  confusionMatrix,
  matthewsCorrelation,
  scoresPerClass,
} from './classification.ts';
export { computeMetrics, type MetricReport, type MetricSpec, type ScoredOutput } from './compute.ts';
export { meanSquaredError, pearson, ranks, spearman } from './correlation.ts';
export {
  EvaluationError,
  LabelRangeError,
  NonFiniteLogitError,
  ShapeError,
  UnknownMetricError,
} from './errors.ts';
export {
  type Answers,
  type Evaluation,
  evaluate,
  type Predictor,
  type SplitName,
  type Splits,
} from './evaluate.ts';
export type { Numbers } from './lists.ts';
export { type MultiLabelScores, multiLabelScores } from './multilabel.ts';
export { type MultiRcScores, multiRcScores } from './multirc.ts';
export {
  argmaxPredictions,
  type Logits,
  multiLabelPredictions,
  regressionPredictions,
  sigmoidProbabilities,
  softmaxProbabilities,
} from './predictions.ts';
