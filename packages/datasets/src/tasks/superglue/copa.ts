import { jsonLinesTask, type RowTask } from '../json-lines-task.ts';
import { defaults, filesIn } from './defaults.ts';

const labels = ['choice1', 'choice2'] as const;

/** The conjunction that the template puts after the premise, by the kind of question. */
const conjunctions = new Map([
  ['cause', 'because'],
  ['effect', 'so'],
]);

/** COPA: which of two sentences is the cause, or the effect, of the premise? */
export const copa: RowTask = jsonLinesTask(
  {
    ...defaults,
    id: 'superglue/copa',
    name: 'COPA',
    problem: 'multipleChoice',
    labels,
    columns: ['premise', ...labels],
    files: filesIn('COPA'),
    officialRows: { train: 400, test: 100 },
  },
  {
    examples(row) {
      const conjunction = conjunctions.get(row.text('question'));
      if (conjunction === undefined) return row.refuse('question is neither "cause" nor "effect".');
      return [
        {
          segments: [`${row.text('premise')} ${conjunction}`],
          choices: labels.map((choice) => row.text(choice)),
          label: row.label('label', labels),
        },
      ];
    },
  },
);
