import { onHub } from '../hub/on-hub.ts';
import { findTable } from '../own/find-files.ts';
import { parseListLiteral } from '../own/list-literal.ts';
import { readTable } from '../own/read-table.ts';
import type { TableRow } from '../own/table.ts';
import type { Example, SplitName, TaskDefinition, TaskInfo } from '../task.ts';
import { Fields } from '../tasks/fields.ts';
import type { NewExample } from '../tasks/json-lines-task.ts';
import { humsetLabels } from './labels.ts';

// HumSet (arXiv 2210.04573): excerpts of humanitarian reports in English, French and Spanish, with five sets of labels.
// An excerpt may have any number of labels. Official splits are used unchanged.

const TEXT = 'excerpt';
const splits = { train: 'train', validation: 'validation', test: 'test' } as const;

export const humset: readonly TaskDefinition[] = Object.entries(humsetLabels).map(([name, labels]) =>
  humsetTask(name, labels),
);

function humsetTask(name: string, labels: readonly string[]): TaskDefinition {
  const examples = (row: Fields): NewExample[] => {
    const ids = row.labels(name, labels);
    return [{ segments: [row.text(TEXT)], label: labels.map((_, id) => (ids.includes(id) ? 1 : 0)) }];
  };
  const task: TaskDefinition = {
    info: describe(name, labels),
    async read(split, source) {
      const file = await findTable(source, [`HumSet/${split}`], `the ${split} split`);
      const { rows } = await readTable(file);
      return rows.flatMap((row, index): Example[] =>
        examples(new Fields(withList(row, name))).map((example) => ({ index, ...example })),
      );
    },
  };
  const place = { repository: 'nlp-thedeep/humset', config: '1.0.0', splits };
  return onHub(task, place, { columns: [TEXT, name], examples });
}

function describe(name: string, labels: readonly string[]): TaskInfo {
  const rows: Partial<Record<SplitName, number>> = { train: 117_435, validation: 16_039, test: 15_147 };
  return {
    id: `humset/${name}`,
    name: `HumSet ${name}`,
    problem: 'multiLabelClassification',
    labels,
    columns: [TEXT],
    maxLength: 128,
    truncation: 'longestFirst',
    metrics: ['f1Macro', 'precisionMacro', 'recallMacro', 'accuracy'],
    primaryMetric: 'f1Macro',
    selectionMetric: 'f1Macro',
    stratified: false,
    files: { train: 'HumSet/train.csv', validation: 'HumSet/validation.csv', test: 'HumSet/test.csv' },
    officialRows: rows,
  };
}

/** Parses a column of list literals in a file whose values are all texts. An empty text means no label. */
function withList(row: TableRow, column: string): TableRow {
  const cell = row.values.get(column);
  if (typeof cell !== 'string') return row;
  const list = cell.trim() === '' ? [] : parseListLiteral(cell)?.items;
  return list ? { ...row, values: new Map(row.values).set(column, list) } : row;
}
