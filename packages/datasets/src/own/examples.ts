import { LabelError } from '../errors.ts';
import type { Example } from '../task.ts';
import type { Columns } from './columns.ts';
import type { Table } from './table.ts';
import { type LabelReading, labelsOf, scoreOf, textsOf } from './values.ts';

/** The rows of a table as examples. Throws `LabelError` for a label that is not one of `labels`. */
export function tableExamples(
  { rows }: Table,
  columns: Columns,
  reading: LabelReading,
  labels: readonly string[] | null,
): Example[] {
  const ids = new Map(labels?.map((label, id) => [label, id]));
  return rows.map((row, index) => {
    const segments = textsOf(row, columns);
    if (reading.problem === 'regression') return { index, segments, label: scoreOf(row, columns.label) };
    const found = labelsOf(row, columns.label, reading).map((label) => {
      const id = ids.get(label);
      if (id === undefined) throw new LabelError(row.path, row.line, label, oneOf(labels ?? []), row.unit);
      return id;
    });
    const bits = (): number[] => Array.from(ids.values(), (id) => (found.includes(id) ? 1 : 0));
    return { index, segments, label: reading.problem === 'multiLabelClassification' ? bits() : found[0]! };
  });
}

/** At most ten labels: there may be hundreds. */
function oneOf(labels: readonly string[]): string {
  const more = labels.length > 10 ? `, … (${labels.length} in all)` : '';
  return `one of ${labels.slice(0, 10).join(', ')}${more}`;
}
