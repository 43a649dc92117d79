import { LabelError } from '../errors.ts';
import type { Example } from '../task.ts';
import type { Wording } from '../wording.ts';
import { type Columns, labelsIn } from './columns.ts';
import { bitsOf, type LabelReading, labelsOf } from './read-labels.ts';
import type { Table } from './table.ts';
import { scoreOf, textsOf } from './values.ts';

/** Converts the rows of a table to examples. Throws `LabelError` for a label that is not one of `labels`. */
export function tableExamples(
  { rows, classNames }: Table,
  columns: Columns,
  reading: LabelReading,
  labels: readonly string[] | null,
): Example[] {
  const ids = new Map(labels?.map((label, id) => [label.trim().normalize(), id]));
  const known = new Set(ids.keys());
  const [column] = labelsIn(columns.label) as [string];
  const saysAll = reading.form === 'columns' || reading.form === 'vectors';
  return rows.map((row, index) => {
    const segments = textsOf(row, columns);
    if (reading.problem === 'regression')
      return { index, segments, label: scoreOf(row, column, reading.decimal) };
    if (saysAll) return { index, segments, label: bitsOf(row, columns, reading, ids.size) };
    const found = labelsOf(row, column, reading, classNames?.get(column), known).map((label) => {
      const id = ids.get(label);
      if (id === undefined)
        throw new LabelError(row.path, row.line, label, oneOf(labels ?? []), row.unit, advice);
      return id;
    });
    if (reading.problem === 'singleLabelClassification') return { index, segments, label: found[0]! };
    const bits = Array<number>(ids.size).fill(0);
    for (const id of found) bits[id] = 1;
    return { index, segments, label: bits };
  });
}

const advice: Wording = ({ say }) =>
  ` Repair the row, or remove it${say('labels', undefined, '; if the label belongs to the task, list it with the others: ')}.`;

/** Lists at most ten labels, because there may be hundreds. */
function oneOf(labels: readonly string[]): string {
  const more = labels.length > 10 ? `, … (${labels.length} in all)` : '';
  return `one of ${labels.slice(0, 10).join(', ')}${more}`;
}
