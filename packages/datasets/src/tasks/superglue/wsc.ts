import { jsonLinesTask, type RowTask } from '../json-lines-task.ts';
import { defaults, falseOrTrue, filesIn } from './defaults.ts';

/**
 * White space at which Python splits texts. It differs from `\s`, which contains U+FEFF but not U+001C to U+001F and
 * U+0085.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the control characters are intended
const whiteSpace = /[\p{White_Space}\u001c-\u001f]+/u;

/** WSC: does the marked pronoun refer to the noun? */
export const wsc: RowTask = jsonLinesTask(
  {
    ...defaults,
    id: 'superglue/wsc',
    name: 'WSC',
    labels: falseOrTrue,
    columns: ['text', 'span1_text'],
    files: filesIn('WSC'),
    officialRows: { train: 554, test: 104 },
  },
  {
    rows(line) {
      const target = line.object('target');
      return [
        {
          text: line.text('text'),
          span1_index: target.whole('span1_index'),
          span2_index: target.whole('span2_index'),
          span1_text: target.text('span1_text'),
          span2_text: target.text('span2_text'),
          label: line.label('label', falseOrTrue),
        },
      ];
    },
    examples(row) {
      const words = row.text('text').split(whiteSpace).filter(Boolean);
      const marked = row.whole('span2_index');
      if (marked >= words.length)
        return row.refuse(`span2_index is ${marked}, and the text has ${words.length} words.`);
      const text = words.map((word, i) => (i === marked ? `*${word}*` : word)).join(' ');
      return [{ segments: [text, row.text('span1_text')], label: row.label('label', falseOrTrue) }];
    },
  },
);
