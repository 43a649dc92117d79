import { describe, expect, it } from 'vitest';
import { bagOfWords, bagOfWordsReport } from '../src/index.ts';

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

describe('bagOfWords', () => {
  it('learns which words go with which class, whatever their case', () => {
    const train = fillers.flatMap((word) => [row(`${word} Good`, 1), row(`${word} bad`, 0)]);
    const labels = ['bad', 'good'];
    const test = [row('good!', 1), row('BAD, never seen', 0), row('film good', 1)];
    expect(bagOfWords({ train, labels }, test)).toEqual([1, 0, 1]);
    expect(bagOfWordsReport({ ...classes, labels, train, test }).metrics).toEqual({ accuracy: 1 });
  });

  it('tells the words of the first text from those of the second', () => {
    const train = fillers.flatMap((word) => [row('cat', 0, `${word} dog`), row('dog', 1, `${word} cat`)]);
    expect(bagOfWords({ train, labels: ['0', '1'] }, [row('dog', 1, 'cat'), row('cat', 0, 'dog')])).toEqual([
      1, 0,
    ]);
  });

  it('cannot learn what only two words together say', () => {
    const train = fillers.flatMap((word) =>
      [0, 1].flatMap((a) => [0, 1].map((b) => row(`${word} a${a} b${b}`, a === b ? 1 : 0))),
    );
    const answers = bagOfWords({ train, labels: ['0', '1'] }, train);
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
      { train, labels: null },
      [row('hot', 5), row('cold', 1), row('x', 3)],
      {
        epochs: 50,
      },
    );
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
    expect(bagOfWords({ train, labels: ['first', 'second'] }, test)).toEqual([1, 0]);
  });

  it('gives the same answers again', () => {
    const train = fillers.map((word, i) => row(word, i / 3));
    expect(bagOfWords({ train, labels: null }, train)).toEqual(bagOfWords({ train, labels: null }, train));
  });
});
