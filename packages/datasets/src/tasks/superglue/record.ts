import { byCodePoint } from '../../code-points.ts';
import type { Fields } from '../fields.ts';
import { jsonLinesTask, type RowTask } from '../json-lines-task.ts';
import { defaults } from './defaults.ts';

/**
 * ReCoRD: which entity of a news passage is missing in a sentence? Every entity of the passage is an example, and the
 * one with the highest score is the answer to the query. The whole training file is used for training, and the
 * development file for both validation and testing.
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
      // All candidates of a query share one text and one list, because the official file has more than a million
      // candidates.
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

/** Returns the texts of the entities. Offsets count code points, and the last offset is inclusive. */
function spans(text: string, passage: Fields): string[] {
  // Splits into characters only if necessary, because there are a hundred thousand passages.
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
