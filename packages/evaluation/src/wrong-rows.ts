import { probabilities } from './calibration.ts';
import type { MetricSpec, ScoredOutput } from './compute.ts';
import { argmaxPredictions } from './predictions.ts';

/** The part of a task that names its labels. Tasks of `@scalearn/datasets` have this form. */
export interface LabeledTask extends Pick<MetricSpec, 'problem'> {
  /** Names of the classes, choices or labels; null for regression. */
  readonly labels: readonly string[] | null;
}

/** Label of a row: a name, the names of all its labels, or a score. */
export type NamedLabel = string | number | readonly string[];

/** A row whose prediction differs from its label. */
export interface WrongRow {
  /** Its number among the scored rows, from 0. */
  readonly row: number;
  /** Its label. */
  readonly label: NamedLabel;
  /** What was predicted. */
  readonly predicted: NamedLabel;
  /**
   * How sure the model was: the probability of the predicted class or choice. For multi-label problems the probability
   * of the wrong decision about a label that was surest. For regression the absolute error.
   */
  readonly certainty: number;
  /** Probability of each class, choice or label by name; empty for regression. */
  readonly probabilities: Readonly<Record<string, number>>;
}

/** Options of {@link wrongRows}. */
export interface WrongRowsOptions {
  /** Divides the logits. Default 1. */
  readonly temperature?: number;
  /** Probability above which a label of a multi-label problem is predicted. Default 0.5. */
  readonly threshold?: number;
}

/**
 * Lists the rows whose prediction is wrong, surest first. These are often rows with a wrong label. For regression it
 * lists all rows, the largest error first.
 */
export function wrongRows(
  task: LabeledTask,
  output: ScoredOutput,
  { temperature = 1, threshold = 0.5 }: WrongRowsOptions = {},
): WrongRow[] {
  const { problem } = task;
  const wrong =
    problem === 'regression'
      ? wrongScores(output)
      : problem === 'multiLabelClassification'
        ? wrongLabels(namesOf(task, output), output, probabilities(problem, output, temperature), threshold)
        : wrongClasses(namesOf(task, output), output, probabilities(problem, output, temperature));
  return wrong.sort((a, b) => b.certainty - a.certainty || a.row - b.row);
}

const namesOf = ({ labels }: LabeledTask, { columns }: ScoredOutput): string[] =>
  Array.from({ length: columns }, (_, id) => labels?.[id] ?? String(id));

function wrongScores({ logits, labels, rows }: ScoredOutput): WrongRow[] {
  return Array.from({ length: rows }, (_, row) => {
    const [label, predicted] = [labels[row]!, logits[row]!];
    return { row, label, predicted, certainty: Math.abs(predicted - label), probabilities: {} };
  });
}

function wrongClasses(names: readonly string[], output: ScoredOutput, predicted: Float64Array): WrongRow[] {
  return Array.from(argmaxPredictions(output)).flatMap((id, row) => {
    const label = output.labels[row]!;
    if (id === label) return [];
    const own = rowOf(predicted, row, names.length);
    return [
      {
        ...{ row, label: names[label]!, predicted: names[id]!, certainty: own[id]! },
        probabilities: named(names, own),
      },
    ];
  });
}

function wrongLabels(
  names: readonly string[],
  { labels, rows }: ScoredOutput,
  predicted: Float64Array,
  threshold: number,
): WrongRow[] {
  return Array.from({ length: rows }, (_, row) => row).flatMap((row) => {
    const own = rowOf(predicted, row, names.length);
    const hasLabel = (id: number): boolean => labels[row * names.length + id] === 1;
    const wrong = own.flatMap((p, id) => (p > threshold === hasLabel(id) ? [] : [hasLabel(id) ? 1 - p : p]));
    if (wrong.length === 0) return [];
    return [
      {
        row,
        label: names.filter((_, id) => hasLabel(id)),
        predicted: names.filter((_, id) => own[id]! > threshold),
        certainty: Math.max(...wrong),
        probabilities: named(names, own),
      },
    ];
  });
}

const rowOf = (values: Float64Array, row: number, columns: number): number[] =>
  Array.from(values.subarray(row * columns, (row + 1) * columns));

const named = (names: readonly string[], values: readonly number[]): Record<string, number> =>
  Object.fromEntries(names.map((name, id) => [name, values[id]!]));
