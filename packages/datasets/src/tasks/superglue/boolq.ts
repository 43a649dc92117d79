import { jsonLinesTask, type RowTask } from '../json-lines-task.ts';
import { defaults, falseOrTrue, filesIn } from './defaults.ts';

/** BoolQ: is the answer to the question yes, according to the passage? */
export const boolq: RowTask = jsonLinesTask(
  {
    ...defaults,
    id: 'superglue/boolq',
    name: 'BoolQ',
    labels: falseOrTrue,
    columns: ['question', 'passage'],
    files: filesIn('BoolQ'),
    officialRows: { train: 9427, test: 3270 },
  },
  {
    examples: (row) => [
      { segments: [row.text('question'), row.text('passage')], label: row.label('label', falseOrTrue) },
    ],
  },
);
