import { describe, expect, test } from 'vitest';
import { recordedJson } from '../../../test/golden/recorded.ts';
import {
  accuracy,
  averagedScores,
  binaryScores,
  confusionMatrix,
  LabelRangeError,
  matthewsCorrelation,
  meanSquaredError,
  multiLabelPredictions,
  multiLabelScores,
  multiRcScores,
  pearson,
  ranks,
  recordScores,
  ShapeError,
  scoresPerClass,
  spearman,
} from '../src/index.ts';
import { answerExactMatch, answerF1, normalizeAnswer } from '../src/record-text.ts';

const recorded = <T>(name: string): T[] => recordedJson(`metrics/${name}.json`);

/** Recorded numbers, null standing for NaN. */
function expectClose(actual: number | readonly number[], expected: number | null | readonly number[]): void {
  const wanted = [expected].flat();
  const got = [actual].flat();
  expect(got.length).toBe(wanted.length);
  got.forEach((value, i) => {
    if (wanted[i] === null) expect(value).toBeNaN();
    else expect(Math.abs(value - wanted[i]!)).toBeLessThanOrEqual(1e-12 * Math.max(1, Math.abs(wanted[i]!)));
  });
}

interface Classification {
  name: string;
  classes: number;
  labels: number[];
  predictions: number[];
  accuracy: number;
  matthews: number;
  f1Macro: number;
  f1Micro: number;
  f1Weighted: number;
  f1MacroAllClasses: number;
  precisionMacro: number;
  recallMacro: number;
  f1PerClass: number[];
  confusion: number[][];
  f1?: number;
  precision?: number;
  recall?: number;
}
interface Correlation {
  name: string;
  labels: number[];
  predictions: number[];
  pearson: number | null;
  spearman: number | null;
  combined: number | null;
  meanSquaredError: number;
  ranksOfPredictions: number[];
}
interface MultiLabel {
  name: string;
  logits: number[][];
  labels: number[][];
  predictions: number[][];
  precision: number;
  recall: number;
  f1: number;
  accuracy: number;
  f1Micro: number;
  f1PerLabel: number[];
}
interface MultiRc {
  name: string;
  questions: string[];
  labels: number[];
  predictions: number[];
  f1: number;
  exactMatch: number;
  f1MacroPerQuestion: number;
}

interface RecordCase {
  name: string;
  rows: { query: number; entity: string; answers: string[]; score: number }[];
  chosen: Record<string, string>;
  f1: number;
  exactMatch: number;
}
interface RecordStrings {
  normalised: { text: string; result: string }[];
  pairs: { prediction: string; truth: string; f1: number; exactMatch: number }[];
}

describe('values of scikit-learn and scipy', () => {
  test.each(recorded<Classification>('classification'))('classification: $name', (expected) => {
    const { labels, predictions, classes } = expected;
    expectClose(accuracy(labels, predictions), expected.accuracy);
    expectClose(matthewsCorrelation(labels, predictions), expected.matthews);
    const { macro, microF1, weightedF1 } = averagedScores(labels, predictions);
    expectClose(macro.f1, expected.f1Macro);
    expectClose(macro.precision, expected.precisionMacro);
    expectClose(macro.recall, expected.recallMacro);
    expectClose(microF1, expected.f1Micro);
    expectClose(weightedF1, expected.f1Weighted);
    const perClass = scoresPerClass(labels, predictions, classes).map(({ f1 }) => f1);
    expectClose(perClass, expected.f1PerClass);
    expectClose(perClass.reduce((a, b) => a + b) / classes, expected.f1MacroAllClasses);
    expect(confusionMatrix(labels, predictions, classes)).toEqual(expected.confusion);
    expect(expected.f1 !== undefined).toBe(classes === 2);
    if (expected.f1 !== undefined) {
      const { f1, precision, recall } = binaryScores(labels, predictions);
      expectClose([f1, precision, recall], [expected.f1, expected.precision!, expected.recall!]);
    }
  });

  test.each(recorded<Correlation>('correlation'))('correlation: $name', (expected) => {
    const { labels, predictions } = expected;
    const values = [pearson(labels, predictions), spearman(labels, predictions)] as const;
    expectClose(values[0], expected.pearson);
    expectClose(values[1], expected.spearman);
    expectClose((values[0] + values[1]) / 2, expected.combined);
    expectClose(meanSquaredError(labels, predictions), expected.meanSquaredError);
    expect(ranks(predictions)).toEqual(expected.ranksOfPredictions);
  });

  test.each(recorded<MultiLabel>('multilabel'))('multi-label: $name', (expected) => {
    const columns = expected.labels[0]!.length;
    const output = { logits: expected.logits.flat(), rows: expected.logits.length, columns };
    const predictions = multiLabelPredictions(output);
    expect([...predictions]).toEqual(expected.predictions.flat());
    const scores = multiLabelScores(expected.labels.flat(), predictions, columns);
    expectClose(scores.accuracy, expected.accuracy);
    expectClose(scores.macro.precision, expected.precision);
    expectClose(scores.macro.recall, expected.recall);
    expectClose(scores.macro.f1, expected.f1);
    expectClose(scores.microF1, expected.f1Micro);
    expectClose(
      scores.perLabel.map(({ f1 }) => f1),
      expected.f1PerLabel,
    );
  });

  test.each(recorded<MultiRc>('multirc').map((c, i) => ({ ...c, i })))('MultiRC $i: $name', (expected) => {
    const scores = multiRcScores(expected.labels, expected.predictions, expected.questions);
    expectClose(scores.f1, expected.f1);
    expectClose(scores.exactMatch, expected.exactMatch);
    expectClose(scores.f1MacroPerQuestion, expected.f1MacroPerQuestion);
  });

  test.each(recorded<RecordCase>('record'))('ReCoRD: $name', ({ rows, chosen, f1, exactMatch }) => {
    // Neither the order of the rows nor that of the queries matters.
    for (const list of [rows, [...rows].reverse()]) {
      const scores = recordScores(
        list.map(({ score }) => score),
        list.map(({ query, entity, answers }) => ({ group: query, candidate: { text: entity, answers } })),
      );
      expect(Object.fromEntries(scores.chosen)).toEqual(chosen);
      expectClose(scores.f1, f1);
      expectClose(scores.exactMatch, exactMatch);
    }
  });

  test('ReCoRD: texts', () => {
    const { normalised, pairs } = recordedJson<RecordStrings>('metrics/record-strings.json');
    for (const { text, result } of normalised) expect(normalizeAnswer(text)).toBe(result);
    for (const { prediction, truth, f1, exactMatch } of pairs) {
      expectClose(answerF1(prediction, truth), f1);
      expect(answerExactMatch(prediction, truth)).toBe(exactMatch);
    }
  });
});

// sklearn.metrics of labels [0, 1, 2, 1], predictions [0, 1, 0, 1]
test('three classes, one never predicted', () => {
  const labels = [0, 1, 2, 1];
  const predictions = [0, 1, 0, 1];
  expect(accuracy(labels, predictions)).toBe(0.75);
  expectClose(matthewsCorrelation(labels, predictions), 0.6708203932499369);
  expectClose(averagedScores(labels, predictions).macro.f1, 0.5555555555555555);
  expectClose(averagedScores(labels, predictions).weightedF1, 0.6666666666666666);
});

test('degenerate cases', () => {
  expect(matthewsCorrelation([1, 1, 1], [1, 1, 1])).toBe(0);
  expect(binaryScores([0, 0], [0, 0]).f1).toBe(0);
  expect(pearson([1, 2, 3], [0.1, 0.1, 0.1])).toBeNaN();
  expect(spearman([7, 7], [1, 2])).toBeNaN();
  expect(pearson([1], [2])).toBeNaN();
  expect(pearson([1, 2], [3, 5])).toBeCloseTo(1, 12);
  expect(ranks([3, 1, 3, 2])).toEqual([3.5, 1, 3.5, 2]);
});

test('answers of a question need not be adjacent', () => {
  const { f1, exactMatch } = multiRcScores([1, 0, 1, 1], [1, 0, 1, 0], ['a', 'b', 'a', 'b']);
  expectClose(f1, 0.8);
  expect(exactMatch).toBe(0.5);
});

test.each([
  ['accuracy', () => accuracy([], [])],
  ['accuracy', () => accuracy([1, 0], [1])],
  ['pearson', () => pearson([1, 2], [1, 2, 3])],
  ['multiLabelScores', () => multiLabelScores([1, 0, 1], [1, 0, 1], 2)],
  ['multiRcScores', () => multiRcScores([1, 0], [1, 0], ['a'])],
  ['recordScores', () => recordScores([], [])],
  ['recordScores', () => recordScores([1], [])],
])('%s refuses lists that do not fit', (_, score) => {
  expect(score).toThrow(ShapeError);
});

test.each([
  ['a class beyond the last', () => confusionMatrix([0, 3], [0, 1], 3), 1, 3],
  ['no class id', () => matthewsCorrelation([0, 1], [0.5, 1]), 0, 0.5],
  ['a third class', () => binaryScores([0, 1], [1, 2]), 1, 2],
  ['neither 0 nor 1', () => multiLabelScores([0, 1, 2, 0], [0, 1, 1, 0], 2), 1, 2],
])('refuses %s', (_, score, row, label) => {
  expect(score).toThrow(LabelRangeError);
  expect(score).toThrow(expect.objectContaining({ row, label }));
});
