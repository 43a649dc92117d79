import type { Assessment } from '@scalearn/evaluation';
import { expect, test } from 'vitest';
import { type EvaluationReport, evaluationReport } from '../src/index.ts';

const assessment: Assessment = {
  ...{ metric: 'accuracy', score: 0.9167, rows: 60, interval: [0.8193, 0.9639] },
  baselines: [
    { kind: 'majority', score: 0.5, difference: 0.4167, interval: [0.28, 0.55] },
    { kind: 'bagOfWords', score: 0.85, difference: 0.0667, interval: [-0.03, 0.17] },
  ],
  classes: [
    { label: 'good', precision: 0.9, recall: 0.93, f1: 0.915, support: 30, predicted: 31 },
    { label: '<bad>', precision: 0.93, recall: 0.9, f1: 0.915, support: 30, predicted: 29 },
  ],
  confusion: [
    [28, 2],
    [3, 27],
  ],
  confusions: [{ label: '<bad>', predicted: 'good', rows: 3 }],
  findings: [{ kind: 'noBetterThanBaseline', text: 'Not clearly better.', advice: 'Add rows.' }],
};
const report: EvaluationReport = {
  title: 'runs/reviews on reviews.csv',
  assessment,
  history: [
    { step: 10, trainLoss: 0.7, validationLoss: 0.6 },
    { step: 20, trainLoss: 0.4, validationLoss: null },
  ],
  reliability: {
    bins: [{ from: 0.9, to: 1, rows: 60, confidence: 0.97, accuracy: 0.9167 }],
    expectedCalibrationError: 0.0533,
  },
  errors: [
    {
      ...{ row: 7, index: 40, label: '<bad>', predicted: 'good', certainty: 0.991 },
      probabilities: { good: 0.991, '<bad>': 0.009 },
      texts: ['Not <i>good</i>', 'at all'],
    },
  ],
  errorCount: 5,
  facts: { model: 'runs/reviews' },
  footer: 'ScaLearn 1',
};

test('a page says what the score is worth, in words first', () => {
  const text = evaluationReport(report);
  expect(text).toContain(
    'The model has accuracy 0.92 on 60 rows (95 % interval 0.82 to 0.96). A linear model of the words has 0.85.',
  );
  expect(text).toContain('<li>Not clearly better. Add rows.</li>');
  const headings = [...text.matchAll(/<h2>(.*?)<\/h2>/g)].map(([, heading]) => heading);
  expect(headings).toEqual(['Score', 'Classes', 'Probabilities', 'Training', 'Errors', 'What was scored']);
  expect(text).toContain('1 of 5 wrong rows');
  // Rows are counted as in their file, from 1.
  expect(text).toContain('<th scope="row">41</th>');
});

test('texts and labels are text', () => {
  const text = evaluationReport(report);
  expect(text).toContain('Not &lt;i&gt;good&lt;/i&gt;<br>at all');
  expect(text).not.toContain('<bad>');
});

test('many classes are shown by their largest confusions', () => {
  const label = (i: number) => ({ ...assessment.classes[0]!, label: `class ${i}` });
  const classes = Array.from({ length: 12 }, (_, i) => label(i));
  const text = evaluationReport({ ...report, assessment: { ...assessment, classes, confusion: undefined } });
  expect(text).toContain('The largest confusions');
  expect(text).not.toContain('Rows by label and prediction');
});

test('a page of scores has neither classes nor probabilities', () => {
  const { confusion: _, ...scores } = { ...assessment, metric: 'pearson', classes: [], confusions: [] };
  const text = evaluationReport({
    ...{ title: 'scores', assessment: { ...scores, confusion: undefined }, facts: {}, footer: '' },
    errors: [
      { row: 0, index: 0, label: 1.5, predicted: 4, certainty: 2.5, probabilities: {}, texts: ['some text'] },
    ],
  });
  expect([...text.matchAll(/<h2>(.*?)<\/h2>/g)].map(([, heading]) => heading)).toEqual([
    ...['Score', 'Errors', 'What was scored'],
  ]);
  expect(text).toContain('The rows with the largest errors, 1 of 60.');
});
