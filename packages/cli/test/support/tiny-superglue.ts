// A few tasks of SuperGLUE in their official form, in words that the tiny encoder knows.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RandomStream } from '@scalearn/core/graph';

const words = 'the a cat dog bird sat ran flew on under mat tree fast slow red blue not'.split(' ');

/** Writes `COPA/`, `MultiRC/`, `ReCoRD/` and `WiC/` below a folder, and returns it. */
export function tinySuperglue(folder: string): string {
  const stream = new RandomStream(7, 'superglue');
  const draw = (bound: number): number => stream.below(bound);
  const word = (): string => words[draw(words.length)]!;
  const text = (): string => Array.from({ length: 2 + draw(6) }, word).join(' ');
  const copa = (idx: number): object => ({
    ...{ premise: text(), choice1: text(), choice2: text() },
    ...{ question: draw(2) === 0 ? 'cause' : 'effect', label: draw(2), idx },
  });
  const wic = (idx: number): object => ({
    ...{ word: word(), sentence1: text(), sentence2: text(), label: draw(2) === 1, idx },
  });
  let questions = 0;
  const multirc = (idx: number): object => ({
    idx,
    passage: {
      text: text(),
      questions: [0, 1].map(() => ({
        question: text(),
        idx: questions++,
        answers: [0, 1, 2].map((answer) => ({ text: text(), idx: answer, label: draw(2) })),
      })),
    },
  });
  let queries = 0;
  const record = (): object => {
    const passage = 'cat dog bird ran on the mat\n@highlight\nred tree';
    const entities = [
      { start: 0, end: 2 },
      { start: 4, end: 6 },
      { start: 8, end: 11 },
    ];
    const right = entities[draw(3)]!;
    return {
      passage: { text: passage, entities },
      qas: [
        {
          query: `the @placeholder ${text()}`,
          answers: [{ ...right, text: passage.slice(right.start, right.end + 1) }],
          idx: queries++,
        },
      ],
    };
  };
  const files: [string, (i: number) => object, number, number][] = [
    ['COPA', copa, 40, 12],
    ['WiC', wic, 40, 12],
    ['MultiRC', multirc, 10, 3],
    ['ReCoRD', record, 12, 6],
  ];
  for (const [name, line, train, val] of files) {
    mkdirSync(join(folder, name), { recursive: true });
    for (const [split, lines] of [
      ['train', train],
      ['val', val],
    ] as const) {
      const rows = Array.from({ length: lines }, (_, i) => `${JSON.stringify(line(i))}\n`);
      writeFileSync(join(folder, name, `${split}.jsonl`), rows.join(''));
    }
  }
  return folder;
}
