import { expect, test } from 'vitest';
import {
  argmaxPredictions,
  computeMetrics,
  LabelRangeError,
  type MetricSpec,
  NonFiniteLogitError,
  ShapeError,
  UnknownMetricError,
} from '../src/index.ts';

const mrpc: MetricSpec = {
  problem: 'singleLabelClassification',
  metrics: ['accuracy', 'f1', 'combinedScore'],
  primaryMetric: 'accuracy',
};
const stsb: MetricSpec = {
  problem: 'regression',
  metrics: ['pearson', 'spearman', 'combinedScore'],
  primaryMetric: 'pearson',
};

test('classification', () => {
  const logits = Float32Array.of(2, 1, -3, 4, 0, 5, 1, 0);
  const report = computeMetrics(mrpc, { logits, rows: 4, columns: 2, labels: [0, 1, 1, 1] });
  expect(Object.keys(report.metrics)).toEqual(['accuracy', 'f1', 'combinedScore']);
  expect(report.metrics.accuracy).toBe(0.75);
  expect(report.metrics.f1).toBe(0.8);
  expect(report.metrics.combinedScore).toBeCloseTo(0.775, 12);
  expect(report.primary).toEqual({ name: 'accuracy', value: 0.75 });
});

test('regression uses the raw output', () => {
  const report = computeMetrics(stsb, { logits: [-1, 0, 6, 3], rows: 4, columns: 1, labels: [0, 1, 5, 2] });
  expect(report.metrics.spearman).toBeCloseTo(1, 12);
  expect(report.metrics.pearson).toBeCloseTo(0.9759000729485332, 12); // numpy.corrcoef
  expect(report.metrics.combinedScore).toBe((report.metrics.pearson! + report.metrics.spearman!) / 2);
  const constant = computeMetrics(stsb, { logits: [2, 2], rows: 2, columns: 1, labels: [0, 1] });
  expect(constant.primary.value).toBeNaN();
});

test('multi-label: above 0 is predicted, 0 is not', () => {
  const spec: MetricSpec = {
    problem: 'multiLabelClassification',
    metrics: ['f1Macro', 'precisionMacro', 'recallMacro', 'accuracy', 'f1Micro'],
    primaryMetric: 'f1Macro',
  };
  const output = { logits: [1, 0, -1, 2], rows: 2, columns: 2, labels: [1, 1, 0, 1] };
  const { metrics, primary } = computeMetrics(spec, output);
  expect(metrics.precisionMacro).toBe(1);
  expect(metrics.recallMacro).toBe(0.75);
  expect(metrics.accuracy).toBe(0.5);
  expect(metrics.f1Micro).toBeCloseTo(0.8, 12);
  expect(primary.value).toBeCloseTo((1 + 2 / 3) / 2, 12);
});

test('multiple choice: one column a choice', () => {
  const spec: MetricSpec = { problem: 'multipleChoice', metrics: ['accuracy'], primaryMetric: 'accuracy' };
  const output = { logits: [0.2, 0.1, -3, -2], rows: 2, columns: 2, labels: [1, 1] };
  expect(computeMetrics(spec, output).metrics).toEqual({ accuracy: 0.5 });
});

test('every metric of a classification', () => {
  const metrics = [
    'accuracy',
    'precision',
    'recall',
    'f1',
    'precisionMacro',
    'recallMacro',
    'f1Macro',
    'f1Micro',
    'f1Weighted',
    'matthewsCorrelation',
  ];
  const spec: MetricSpec = { problem: 'singleLabelClassification', metrics, primaryMetric: 'f1Macro' };
  const report = computeMetrics(spec, {
    logits: [1, 0, 0, 1, 0, 1, 1, 0],
    rows: 4,
    columns: 2,
    labels: [0, 1, 0, 0],
  });
  const expected = [0.75, 0.5, 1, 2 / 3, 0.75, 5 / 6, 11 / 15, 0.75, 23 / 30, 1 / Math.sqrt(3)];
  Object.values(report.metrics).forEach((value, i) => {
    expect(value).toBeCloseTo(expected[i]!, 12);
  });
});

test('the first of equal logits is predicted', () => {
  expect([...argmaxPredictions({ logits: [1, 1, 0, 0, 2, 2], rows: 2, columns: 3 })]).toEqual([0, 1]);
});

test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
  'refuses the logit %s',
  (logit) => {
    const score = () =>
      computeMetrics(mrpc, { logits: [0, 1, 2, logit], rows: 2, columns: 2, labels: [0, 1] });
    expect(score).toThrow(NonFiniteLogitError);
    expect(score).toThrow(expect.objectContaining({ row: 1, column: 1 }));
    expect(() => computeMetrics(stsb, { logits: [logit], rows: 1, columns: 1, labels: [0] })).toThrow(
      NonFiniteLogitError,
    );
  },
);

test('refuses what does not fit', () => {
  const good = { logits: [0, 1, 2, 3], rows: 2, columns: 2, labels: [0, 1] };
  expect(() => computeMetrics(mrpc, { ...good, rows: 3 })).toThrow(ShapeError);
  expect(() => computeMetrics(mrpc, { ...good, labels: [0] })).toThrow(ShapeError);
  expect(() => computeMetrics(mrpc, { ...good, labels: [0, 2] })).toThrow(LabelRangeError);
  expect(() => computeMetrics(stsb, good)).toThrow(ShapeError);
  expect(() => computeMetrics({ ...mrpc, metrics: ['accuracy', 'bleu'] }, good)).toThrow(UnknownMetricError);
  expect(() => computeMetrics({ ...mrpc, metrics: ['accuracy', 'toString'] }, good)).toThrow(
    UnknownMetricError,
  );
  expect(() => computeMetrics({ ...mrpc, primaryMetric: 'f1Macro' }, good)).toThrow(UnknownMetricError);
});
