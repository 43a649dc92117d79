import { jsonLinesTask, type RowTask } from '../json-lines-task.ts';
import { defaults, filesIn } from './defaults.ts';

const labels = ['entailment', 'contradiction', 'neutral'] as const;

/**
 * CommitmentBank: is the author of the premise committed to the hypothesis? The division of its few rows is not
 * stratified.
 */
export const cb: RowTask = jsonLinesTask(
  {
    ...defaults,
    id: 'superglue/cb',
    name: 'CB',
    labels,
    columns: ['premise', 'hypothesis'],
    metrics: ['accuracy', 'f1Macro', 'combinedScore'],
    stratified: false,
    files: filesIn('CB'),
    officialRows: { train: 250, test: 56 },
  },
  {
    examples: (row) => [
      { segments: [row.text('premise'), row.text('hypothesis')], label: row.label('label', labels) },
    ],
  },
);
