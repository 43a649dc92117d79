import { describe, expect, it } from 'vitest';
import {
  argmaxPredictions,
  type BagOfWordsTask,
  bagOfWords,
  bagOfWordsReport,
  type LabeledTexts,
} from '../src/index.ts';

const row = (text: string, label: number, pair?: string) => ({
  segments: pair === undefined ? [text] : [text, pair],
  label,
});
const fillers = ['it', 'was', 'the', 'film', 'of', 'last', 'year'];
const classes = {
  problem: 'singleLabelClassification',
  metrics: ['accuracy'],
  primaryMetric: 'accuracy',
} as const;

/** Predicted class of each row. */
const predicted = (task: Omit<BagOfWordsTask, 'problem'>, rows: readonly LabeledTexts[]): number[] => [
  ...argmaxPredictions(bagOfWords({ ...classes, ...task }, rows)),
];

describe('bagOfWords', () => {
  it('learns which words go with which class, whatever their case', () => {
    const train = fillers.flatMap((word) => [row(`${word} Good`, 1), row(`${word} bad`, 0)]);
    const labels = ['bad', 'good'];
    const test = [row('good!', 1), row('BAD, never seen', 0), row('film good', 1)];
    expect(predicted({ train, labels }, test)).toEqual([1, 0, 1]);
    expect(bagOfWordsReport({ ...classes, labels, train, test }).metrics).toEqual({ accuracy: 1 });
  });

  it('tells the words of the first text from those of the second', () => {
    const train = fillers.flatMap((word) => [row('cat', 0, `${word} dog`), row('dog', 1, `${word} cat`)]);
    expect(predicted({ train, labels: ['0', '1'] }, [row('dog', 1, 'cat'), row('cat', 0, 'dog')])).toEqual([
      1, 0,
    ]);
  });

  it('cannot learn what only two words together say', () => {
    const train = fillers.flatMap((word) =>
      [0, 1].flatMap((a) => [0, 1].map((b) => row(`${word} a${a} b${b}`, a === b ? 1 : 0))),
    );
    const answers = predicted({ train, labels: ['0', '1'] }, train);
    const right = answers.filter((answer, i) => answer === train[i]!.label).length;
    expect(right / train.length).toBeLessThan(0.8);
  });

  it('predicts scores around their mean', () => {
    const train = fillers.flatMap((word) => [
      row(`${word} warm`, 3),
      row(`${word} hot`, 5),
      row(`${word} cold`, 1),
    ]);
    const [hot, cold, nothing] = bagOfWords(
      { problem: 'regression', train, labels: null },
      [row('hot', 5), row('cold', 1), row('x', 3)],
      { epochs: 50 },
    ).logits;
    expect(hot).toBeGreaterThan(4);
    expect(cold).toBeLessThan(2);
    expect(nothing).toBeCloseTo(3, 0);
  });

  it('reads the choices of a row, too', () => {
    const choose = (first: string, second: string, label: number) => ({
      ...row('which', label),
      choices: [first, second],
    });
    const train = fillers.flatMap((word) => [
      choose(`${word} good`, 'bad', 0),
      choose('bad', `good ${word}`, 1),
    ]);
    const test = [choose('bad', 'good', 1), choose('good', 'bad', 0)];
    expect(predicted({ train, labels: ['first', 'second'] }, test)).toEqual([1, 0]);
  });

  it('gives the same answers again', () => {
    const train = fillers.map((word, i) => row(word, i / 3));
    const task = { problem: 'regression', train, labels: null } as const;
    expect(bagOfWords(task, train)).toEqual(bagOfWords(task, train));
  });

  it('learns each label of a multi-label problem by itself', () => {
    const several = (text: string, label: readonly number[]) => ({ segments: [text], label });
    const train = fillers.flatMap((word) => [
      several(`${word} cheap`, [1, 0]),
      several(`${word} fast`, [0, 1]),
      several(`${word} cheap fast`, [1, 1]),
      several(word, [0, 0]),
    ]);
    const task = {
      problem: 'multiLabelClassification',
      metrics: ['accuracy'],
      primaryMetric: 'accuracy',
      labels: ['price', 'speed'],
      train,
    } as const;
    const test = [
      several('cheap thing', [1, 0]),
      several('fast and cheap', [1, 1]),
      several('thing', [0, 0]),
    ];
    expect(bagOfWordsReport({ ...task, test }).primary.value).toBe(1);
  });

  it('learns from the first rows only, if it is told so', () => {
    const train = [row('good', 1), row('bad', 0), row('bad', 1), row('good', 0), row('good', 0)];
    const few = bagOfWords({ ...classes, train, labels: ['0', '1'] }, [row('good', 1)], { limit: 2 });
    expect([...argmaxPredictions(few)]).toEqual([1]);
  });
});
