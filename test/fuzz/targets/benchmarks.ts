import { loadTask, memorySource } from '@scalearn/datasets';
import * as fc from 'fast-check';
import { mutatedBytes } from '../harness/mutate-bytes.ts';
import { mutatedFiles } from '../harness/mutate-files.ts';
import { mutatedJsonText } from '../harness/mutate-json.ts';
import { mutatedText } from '../harness/mutate-text.ts';
import { type Files, type FuzzTarget, textOf, utf8 } from '../harness/target.ts';

/** The task of a row follows from the name of its file. */
const taskFile = 'task';

const parse: FuzzTarget['parse'] = (files) => {
  const { [taskFile]: _, ...rest } = files;
  const data = memorySource(rest as Readonly<Record<string, Uint8Array<ArrayBuffer>>>);
  return loadTask(textOf(files, taskFile), { data });
};

const many = (count: number, line: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => line(i)).join('\n');

const glueRows: Readonly<Record<string, readonly [folder: string, text: string]>> = {
  'glue/rte': [
    'RTE',
    `index\tsentence1\tsentence2\tlabel\n${many(12, (i) => `${i}\tOne ${i}.\tTwo ${i}.\t${i % 2 ? '' : 'not_'}entailment`)}\n`,
  ],
  'glue/cola': ['CoLA', `${many(12, (i) => `gj04\t${i % 2}\t*\tSentence ${i}.`)}\n`],
  'glue/stsb': [
    'STS-B',
    `index\tgenre\tfilename\tyear\told_index\tsource1\tsource2\tsentence1\tsentence2\tscore\n${many(12, (i) => `${i}\tg\tf\t2012\t${i}\ts\ts\tOne ${i}.\tTwo ${i}.\t${(i % 6).toFixed(3)}`)}\n`,
  ],
};

export const glue = (): FuzzTarget => {
  const sets = Object.entries(glueRows).map(([id, [folder, text]]): [Files, string[]] => {
    const names = [`${folder}/train.tsv`, `${folder}/dev.tsv`];
    const rows = names.map((name) => [name, utf8(text)] as const);
    return [{ [taskFile]: utf8(id), ...Object.fromEntries(rows) }, names];
  });
  return {
    valid: sets.map(([files]) => files),
    generate: fc.oneof(...sets.map(([files, names]) => mutatedFiles(files, names))),
    parse,
  };
};

const superglueRows: Readonly<Record<string, readonly [folder: string, row: (i: number) => unknown]>> = {
  'superglue/cb': [
    'CB',
    (idx) => ({
      premise: 'One.',
      hypothesis: 'Two.',
      label: ['entailment', 'contradiction', 'neutral'][idx % 3],
      idx,
    }),
  ],
  'superglue/copa': [
    'COPA',
    (idx) => ({
      premise: 'It rained.',
      choice1: 'Wet.',
      choice2: 'Dry.',
      question: 'effect',
      label: idx % 2,
      idx,
    }),
  ],
  'superglue/wic': [
    'WiC',
    (idx) => ({
      word: 'place',
      sentence1: 'A place.',
      sentence2: 'Take place.',
      idx,
      label: idx % 2 === 0,
      start1: 2,
      start2: 5,
      end1: 7,
      end2: 10,
      version: 1.1,
    }),
  ],
  'superglue/wsc': [
    'WSC',
    (idx) => ({
      text: 'Mark told Pete many lies about himself.',
      target: { span1_index: 0, span2_index: 6, span1_text: 'Mark', span2_text: 'himself' },
      idx,
      label: idx % 2 === 0,
    }),
  ],
  'superglue/boolq': [
    'BoolQ',
    (idx) => ({ question: 'is it', passage: 'It is.', idx, label: idx % 2 === 0 }),
  ],
  'superglue/multirc': [
    'MultiRC',
    (idx) => ({
      idx,
      version: 1.1,
      passage: {
        text: 'A text.',
        questions: [
          {
            question: 'Who?',
            answers: [
              { text: 'He', idx: 0, label: idx % 2 },
              { text: 'She', idx: 1, label: 1 },
            ],
            idx: 0,
          },
        ],
      },
    }),
  ],
  'superglue/record': [
    'ReCoRD',
    (idx) => ({
      source: 's',
      passage: {
        text: 'Ann met Bob in Rome.',
        entities: [
          { start: 0, end: 2 },
          { start: 8, end: 10 },
        ],
      },
      idx,
      qas: [{ query: '@placeholder met Bob', answers: [{ start: 0, end: 2, text: 'Ann' }], idx: 0 }],
    }),
  ],
};

/** Returns lines of JSON of which one is damaged. */
function jsonLines(row: (i: number) => unknown): fc.Arbitrary<Uint8Array> {
  const lines = Array.from({ length: 30 }, (_, i) => JSON.stringify(row(i)));
  const changed = fc
    .tuple(fc.nat(lines.length - 1), mutatedJsonText(row(0)))
    .map(([at, line]) => lines.with(at, line).join('\n'));
  return fc.oneof(
    changed.map(utf8),
    mutatedText(fc.constant(lines.join('\n'))).map(utf8),
    mutatedBytes(changed.map(utf8)),
  );
}

export const superglue = (): FuzzTarget => {
  const sets = Object.entries(superglueRows).map(([id, [folder, row]]) => {
    const good = utf8(Array.from({ length: 30 }, (_, i) => JSON.stringify(row(i))).join('\n'));
    const names = [`${folder}/train.jsonl`, `${folder}/val.jsonl`] as const;
    const files: Files = { [taskFile]: utf8(id), [names[0]]: good, [names[1]]: good };
    return { files, names, row };
  });
  return {
    valid: sets.map(({ files }) => files),
    generate: fc.oneof(
      ...sets.map(({ files, names, row }) =>
        fc
          .tuple(fc.constantFrom(...names), jsonLines(row))
          .map(([name, bytes]): Files => ({ ...files, [name]: bytes })),
      ),
    ),
    parse,
  };
};

export const humset = (): FuzzTarget => {
  const rows = (count: number): Uint8Array =>
    utf8(
      `id,excerpt,sectors\n${many(count, (i) => `${i},"some text ${i}","${i % 2 ? "['Health', 'WASH']" : '[]'}"`)}\n`,
    );
  const files: Files = {
    [taskFile]: utf8('humset/sectors'),
    'HumSet/train.csv': rows(10),
    'HumSet/validation.csv': rows(4),
    'HumSet/test.csv': rows(4),
  };
  return { valid: [files], generate: mutatedFiles(files, Object.keys(files).slice(1)), parse };
};
