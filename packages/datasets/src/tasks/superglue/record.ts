import { byCodePoint } from '../../code-points.ts';
import type { Fields } from '../fields.ts';
import { jsonLinesTask, type RowTask } from '../json-lines-task.ts';
import { defaults } from './defaults.ts';

/**
 * ReCoRD: which entity of a news passage has been left out of a sentence? Every entity of the passage is an example; the
 * one with the highest score is the answer to the query. All of the training file trains, and the development file both
 * validates and tests.
 */
export const record: RowTask = jsonLinesTask(
  {
    ...defaults,
    id: 'superglue/record',
    name: 'ReCoRD',
    labels: ['0', '1'],
    columns: ['passage', 'query'],
    maxLength: 256,
    truncation: 'onlyFirst',
    metrics: ['f1', 'exactMatch'],
    primaryMetric: 'f1',
    ranksCandidates: true,
    // As many candidates as there are queries.
    joint: { limit: 100_730, validates: false },
    stratified: false,
    files: {
      train: 'ReCoRD/train.jsonl',
      validation: 'ReCoRD/val.jsonl',
      test: 'ReCoRD/val.jsonl',
    },
    officialRows: { train: 100_730, validation: 10_000, test: 10_000 },
  },
  {
    *rows(line) {
      const passage = line.object('passage');
      const text = passage.text('text');
      const entities = distinct(spans(text, passage));
      for (const qa of line.objects('qas'))
        yield {
          passage: text,
          query: qa.text('query'),
          entities,
          answers: distinct(qa.objects('answers').map((answer) => answer.text('text'))),
          idx: { query: qa.whole('idx') },
        };
    },
    *examples(row) {
      // One text and one list for all candidates of a query: of the official file there are more than a million.
      const passage = row.text('passage').replaceAll('@highlight\n', '- ');
      const query = row.text('query');
      const answers = row.texts('answers');
      const group = row.object('idx').whole('query');
      for (const entity of row.texts('entities'))
        yield {
          segments: [passage, query.replaceAll('@placeholder', () => entity)],
          label: answers.includes(entity) ? 1 : 0,
          group,
          candidate: { text: entity, answers },
        };
    },
  },
);

/** The texts of the entities. Offsets count code points, and the last one belongs to the entity. */
function spans(text: string, passage: Fields): string[] {
  // As a list only where it must be: there are a hundred thousand passages.
  const characters = /[\ud800-\udfff]/.test(text) ? Array.from(text) : text;
  return passage.objects('entities').map((entity) => {
    const [start, end] = [entity.whole('start'), entity.whole('end')];
    if (start > end || end >= characters.length)
      return entity.refuse(`an entity reaches from ${start} to ${end} of ${characters.length} characters.`);
    const found = characters.slice(start, end + 1);
    return typeof found === 'string' ? found : found.join('');
  });
}

const distinct = (texts: readonly string[]): string[] => [...new Set(texts)].sort(byCodePoint);
