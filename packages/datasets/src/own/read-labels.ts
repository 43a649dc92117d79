import { ColumnError } from '../errors.ts';
import { guessProblem, labelSeparator, type OwnProblem, sortLabels } from './labels.ts';
import type { Table } from './table.ts';
import { type LabelReading, labelOf, labelsOf } from './values.ts';

/** How the labels in a column of a table are read. */
export function chooseReading(table: Table, column: string, problem: OwnProblem | undefined): LabelReading {
  const chosen =
    problem ??
    guessProblem(
      table.rows.map((row) => labelOf(row, column)),
      table.typed,
    );
  const separator = chosen === 'multiLabelClassification' ? labelSeparator(table.rows, column) : null;
  return { problem: chosen, separator };
}

/** The labels of a column in their order. Throws `ColumnError` where there are too few to predict. */
export function labelNames(table: Table, column: string, reading: LabelReading): string[] {
  const labels = sortLabels(table.rows.flatMap((row) => labelsOf(row, column, reading)));
  const [only] = labels;
  const what = `the column ${JSON.stringify(column)} has`;
  if (only === undefined) throw new ColumnError(table.path, `${what} no labels.`);
  if (labels.length === 1 && reading.problem === 'singleLabelClassification')
    throw new ColumnError(
      table.path,
      `${what} one label only, ${JSON.stringify(only)}; a classifier needs at least two.`,
    );
  return labels;
}
