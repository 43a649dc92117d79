import type { LabeledTexts } from './bag-of-words.ts';
import {
  type AssessedTask,
  type BaselineOptions,
  type BaselineOutputs,
  baselineOutputs,
  compareBaselines,
} from './baselines.ts';
import { type ClassScores, confusionMatrix, scoresPerClass } from './classification.ts';
import { computeMetrics, type ScoredOutput, type ScoredRow } from './compute.ts';
import {
  type Finding,
  type ScoreSummary,
  scoreFindings,
  type TrainingHistory,
  trainingFindings,
} from './findings.ts';
import { multiLabelScores } from './multilabel.ts';
import { argmaxPredictions, multiLabelPredictions } from './predictions.ts';
import { scoreInterval } from './statistics/score-interval.ts';

/** A class or label with its scores. */
export interface NamedClassScores extends ClassScores {
  /** Name of the class or label. */
  readonly label: string;
}

/** Rows of one class that were predicted as another. */
export interface Confusion {
  /** The class that the rows have. */
  readonly label: string;
  /** The class that was predicted for them. */
  readonly predicted: string;
  /** Number of these rows. */
  readonly rows: number;
}

/** What a score is worth. */
export interface Assessment extends ScoreSummary {
  /** Scores of each class or label, in the order of their ids; empty for regression. */
  readonly classes: readonly NamedClassScores[];
  /** `[classes, classes]`: row = label, column = prediction; undefined for other problems than classes. */
  readonly confusion: readonly (readonly number[])[] | undefined;
  /** The largest confusions, most rows first; at most 10. */
  readonly confusions: readonly Confusion[];
  /** What a reader should know before trusting the score, most important first. */
  readonly findings: readonly Finding[];
}

/** Options of {@link assess}. */
export interface AssessOptions extends BaselineOptions {
  /** Losses of the training, if the model has just been trained. */
  readonly history?: TrainingHistory;
  /** What the baselines predict. Default: {@link baselineOutputs} of the task and the rows. */
  readonly baselines?: BaselineOutputs;
}

/**
 * Says what a score is worth: its interval, the scores of simple baselines on the same rows, the scores of each class,
 * and findings that a reader should know.
 *
 * @param task its training rows give the baselines; without any there is no bag of words
 * @param output the model's output for the scored rows
 * @param rows the scored rows
 * @throws EvaluationError as `computeMetrics`
 */
export function assess(
  task: AssessedTask,
  output: ScoredOutput,
  rows: readonly (LabeledTexts & ScoredRow)[],
  { history, baselines, ...fitting }: AssessOptions = {},
): Assessment {
  const scored = { ...output, examples: rows };
  const { primary } = computeMetrics(task, scored);
  // A resample costs about as much as the rows.
  const options = { resamples: Math.round(Math.min(1000, Math.max(200, 2e6 / output.rows))) };
  const summary = {
    ...{ metric: primary.name, score: primary.value, rows: output.rows },
    interval: scoreInterval(task, scored, options),
    baselines: compareBaselines(
      task,
      scored,
      baselines ?? baselineOutputs(task, rows, output.columns, fitting),
      options,
    ),
  };
  const findings = [
    ...scoreFindings(task, summary, output),
    ...(history ? trainingFindings(task, history) : []),
  ];
  return { ...summary, ...classReport(task, output), findings };
}

type ClassReport = Pick<Assessment, 'classes' | 'confusion' | 'confusions'>;

/** Most confusions that are listed. */
const listed = 10;

function classReport(
  { problem, labels: names, ranksCandidates }: AssessedTask,
  output: ScoredOutput,
): ClassReport {
  const none = { classes: [], confusion: undefined, confusions: [] };
  if (problem === 'regression' || names === null || ranksCandidates) return none;
  const named = (scores: readonly ClassScores[]) =>
    scores.map((each, id) => ({ label: names[id] ?? String(id), ...each }));
  const { labels, columns } = output;
  if (problem === 'multiLabelClassification') {
    const { perLabel } = multiLabelScores(labels, multiLabelPredictions(output), columns);
    return { ...none, classes: named(perLabel) };
  }
  const predicted = argmaxPredictions(output);
  const confusion = confusionMatrix(labels, predicted, columns);
  const confusions = confusion
    .flatMap((counts, label) =>
      counts.map((rows, other) => ({
        label: names[label]!,
        predicted: names[other]!,
        rows,
        isWrong: label !== other,
      })),
    )
    .filter(({ rows, isWrong }) => isWrong && rows > 0)
    .sort((a, b) => b.rows - a.rows)
    .slice(0, listed)
    .map(({ isWrong: _, ...each }) => each);
  return { classes: named(scoresPerClass(labels, predicted, columns)), confusion, confusions };
}
