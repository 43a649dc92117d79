import { jsonLinesTask, type RowTask } from '../json-lines-task.ts';
import { defaults, falseOrTrue, filesIn } from './defaults.ts';

/**
 * MultiRC: is an answer to a question about a paragraph right? Every answer is an example. `f1` is computed over all
 * answers (F1a). `exactMatch` is the fraction of questions with all answers judged correctly.
 */
export const multirc: RowTask = jsonLinesTask(
  {
    ...defaults,
    id: 'superglue/multirc',
    name: 'MultiRC',
    labels: falseOrTrue,
    columns: ['paragraph', 'question answer'],
    maxLength: 324,
    metrics: ['f1', 'exactMatch'],
    primaryMetric: 'f1',
    files: filesIn('MultiRC'),
    officialRows: { train: 27_243, test: 4848 },
  },
  {
    *rows(line) {
      const paragraph = line.whole('idx');
      const passage = line.object('passage');
      for (const question of passage.objects('questions'))
        for (const answer of question.objects('answers'))
          yield {
            paragraph: passage.text('text'),
            question: question.text('question'),
            answer: answer.text('text'),
            idx: { paragraph, question: question.whole('idx'), answer: answer.whole('idx') },
            label: answer.label('label', falseOrTrue),
          };
    },
    examples: (row) => [
      {
        segments: [row.text('paragraph'), `${row.text('question')} ${row.text('answer')}`],
        label: row.label('label', falseOrTrue),
        group: row.object('idx').whole('question'),
      },
    ],
  },
);
