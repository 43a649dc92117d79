import { jsonLinesTask, type RowTask } from '../json-lines-task.ts';
import { defaults, falseOrTrue, filesIn } from './defaults.ts';

/** WiC: does the word have the same meaning in both sentences? */
export const wic: RowTask = jsonLinesTask(
  {
    ...defaults,
    id: 'superglue/wic',
    name: 'WiC',
    labels: falseOrTrue,
    columns: ['sentence1', 'sentence2'],
    files: filesIn('WiC'),
    officialRows: { train: 5428, test: 638 },
  },
  {
    examples(row) {
      const word = row.text('word');
      const [first, second] = [row.text('sentence1'), row.text('sentence2')];
      return [
        { segments: [`${word}: ${first}`, `${word}: ${second}`], label: row.label('label', falseOrTrue) },
      ];
    },
  },
);
