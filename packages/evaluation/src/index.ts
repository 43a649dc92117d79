export {
  type Assessment,
  type AssessOptions,
  assess,
  type Confusion,
  type NamedClassScores,
} from './assessment.ts';
export {
  type BagOfWordsOptions,
  type BagOfWordsTask,
  bagOfWords,
  type LabeledTexts,
} from './bag-of-words.ts';
export { bagOfWordsReport } from './bag-of-words-report.ts';
export {
  type AssessedTask,
  type Baseline,
  type BaselineOptions,
  type BaselineOutputs,
  baselineNames,
  baselineOutputs,
} from './baselines.ts';
export {
  atThreshold,
  bestThreshold,
  fitTemperature,
  probabilities,
  type Reliability,
  type ReliabilityBin,
  reliability,
} from './calibration.ts';
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
export {
  computeMetrics,
  type Metric,
  type MetricReport,
  type MetricSpec,
  metricOf,
  type Problem,
  type ScoredOutput,
  type ScoredRow,
} from './compute.ts';
export { meanSquaredError, pearson, ranks, spearman } from './correlation.ts';
export {
  EvaluationError,
  LabelRangeError,
  NonFiniteLogitError,
  ShapeError,
  UnknownMetricError,
} from './errors.ts';
export {
  type Evaluation,
  evaluate,
  type ModelOutput,
  type Predictor,
  type SplitName,
  type Splits,
} from './evaluate.ts';
export {
  type Finding,
  findingKinds,
  roundedScore,
  type ScoreSummary,
  type TrainingHistory,
} from './findings.ts';
export { mean, type Numbers } from './lists.ts';
export { type Features, logMe, logMeTargets } from './log-me.ts';
export { majorityReport } from './majority.ts';
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
export { randomRegretAt, regretAt, regretTest } from './rank-quality.ts';
export { type Candidate, type CandidateRow, type RecordScores, recordScores } from './record.ts';
export { type Bootstrap, pairedBootstrap } from './statistics/bootstrap.ts';
export type { ComparedPredictions } from './statistics/compared-predictions.ts';
export { holm } from './statistics/holm.ts';
export { type McNemarTest, mcNemarTest } from './statistics/mcnemar.ts';
export { permutationDraws, permutationTest } from './statistics/permutation.ts';
export type { ResamplingOptions } from './statistics/random-rows.ts';
export {
  type ScoreDifference,
  scoreDifference,
  scoreInterval,
  wilsonInterval,
} from './statistics/score-interval.ts';
export { drawnTest, type PermutationTest, signFlipDraws, signFlipTest } from './statistics/sign-flip.ts';
export { confidenceInterval, type Interval, quantile, standardDeviation } from './statistics/spread.ts';
export {
  type PairedTTest,
  pairedTTest,
  type TTest,
  type WelchTTest,
  welchTTest,
} from './statistics/t-tests.ts';
export { type WilcoxonTest, wilcoxonTest } from './statistics/wilcoxon.ts';
export {
  type LabeledTask,
  type NamedLabel,
  type WrongRow,
  type WrongRowsOptions,
  wrongRows,
} from './wrong-rows.ts';
