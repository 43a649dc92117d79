import { accuracy, averagedScores, binaryScores } from './classification.ts';
import { ShapeError } from './errors.ts';
import { checkPaired, mean, type Numbers } from './lists.ts';

/** Scores of MultiRC, whose rows are answers to questions. */
export interface MultiRcScores {
  /** F1 of class 1 over all answers (F1a). Published tables show this number. */
  readonly f1: number;
  /** Fraction of questions with all answers judged correctly. */
  readonly exactMatch: number;
  /** Mean over the questions of the macro-F1 of their answers (F1m). */
  readonly f1MacroPerQuestion: number;
}

/**
 * Computes the scores of MultiRC. @param questions the question of each answer; answers of a question need not be
 * adjacent
 */
export function multiRcScores(
  labels: Numbers,
  predictions: Numbers,
  questions: ArrayLike<string | number>,
): MultiRcScores {
  checkPaired(labels, predictions);
  if (questions.length !== labels.length) {
    throw new ShapeError(`There are ${labels.length} answers but ${questions.length} questions named.`);
  }
  const answers = new Map<string | number, { labels: number[]; predictions: number[] }>();
  for (let row = 0; row < labels.length; row++) {
    const question = questions[row]!;
    if (!answers.has(question)) answers.set(question, { labels: [], predictions: [] });
    answers.get(question)!.labels.push(labels[row]!);
    answers.get(question)!.predictions.push(predictions[row]!);
  }
  const groups = [...answers.values()];
  return {
    f1: binaryScores(labels, predictions).f1,
    exactMatch: mean(groups.map((group) => (accuracy(group.labels, group.predictions) === 1 ? 1 : 0))),
    f1MacroPerQuestion: mean(groups.map((group) => averagedScores(group.labels, group.predictions).macro.f1)),
  };
}
