import type { Assessment, Reliability, WrongRow } from '@scalearn/evaluation';
import { baselineNames, roundedScore } from '@scalearn/evaluation';
import { heatMap } from './figures/heat-map.ts';
import { learningCurves } from './figures/learning-curves.ts';
import { type Html, type HtmlValue, html } from './html.ts';
import { page, type Section } from './page.ts';
import { facts, figure } from './parts.ts';
import { table } from './table.ts';

/** A wrong row with its texts. */
export interface ShownError extends WrongRow {
  /** Its number among the rows of its file, from 0. */
  readonly index: number;
  /** The texts of the row; those of the choices last. */
  readonly texts: readonly string[];
}

/** Losses of one evaluation during training. */
export interface TrainingLosses {
  /** Number of completed steps. */
  readonly step: number;
  /** Mean loss of the training rows since the evaluation before; null if it is not a number. */
  readonly trainLoss: number | null;
  /** Loss of the validation rows; null if it is not a number. */
  readonly validationLoss: number | null;
}

/** A model's evaluation on labeled rows. */
export interface EvaluationReport {
  /** Heading of the page. */
  readonly title: string;
  /** What the score is worth. */
  readonly assessment: Assessment;
  /** Losses of the training, in order; none by default. */
  readonly history?: readonly TrainingLosses[];
  /** How often predictions are right by their probability; by default there is no diagram. */
  readonly reliability?: Reliability;
  /** Wrong rows to show, surest first; none by default. */
  readonly errors?: readonly ShownError[];
  /** Number of all wrong rows; that of the shown ones by default. */
  readonly errorCount?: number;
  /** Model, task, device, versions. */
  readonly facts: Readonly<Record<string, string>>;
  /** Text at the end of the page. */
  readonly footer: string;
}

/** Makes one HTML file about a model's score: baselines, classes, confusions, curves, reliability and errors. */
export function evaluationReport(report: EvaluationReport): string {
  const { title, assessment, history = [], reliability, errors = [], footer } = report;
  const sections: Section[] = [{ heading: 'Score', content: scores(assessment) }];
  if (assessment.classes.length > 0)
    sections.push({ heading: 'Classes', content: [classes(assessment), confusions(assessment)] });
  if (reliability) sections.push({ heading: 'Probabilities', content: reliabilityDiagram(reliability) });
  if (history.length > 0) sections.push({ heading: 'Training', content: curves(history) });
  if (errors.length > 0) sections.push({ heading: 'Errors', content: errorTable(report) });
  sections.push({ heading: 'What was scored', content: facts(report.facts) });
  return page({ title, summary: summaryOf(assessment), sections, footer });
}

function summaryOf({ metric, score, interval, rows, baselines }: Assessment): string {
  const shown = (value: number): string => roundedScore(value, rows);
  const range = interval ? ` (95 % interval ${shown(interval[0])} to ${shown(interval[1])})` : '';
  const [strongest] = baselines.toSorted((a, b) => b.score - a.score);
  const beside = strongest
    ? ` ${capitalized(baselineNames[strongest.kind])} has ${shown(strongest.score)}.`
    : '';
  return `The model has ${metric} ${shown(score)} on ${rows.toLocaleString('en-US')} rows${range}.${beside}`;
}

function scores({ metric, score, interval, rows, baselines, findings }: Assessment): Html {
  const shown = (value: number): string => roundedScore(value, rows);
  const range = (known: readonly [number, number] | undefined): string =>
    known ? `${shown(known[0])} to ${shown(known[1])}` : '';
  return html`${table({
    label: 'The score beside baselines',
    note: 'Intervals hold for other rows of the same kind. They do not contain the variation between trainings. The difference is the score of the model minus that of the baseline on the same rows.',
    columns: [
      { title: '' },
      { title: capitalized(metric), numeric: true },
      { title: '95 % interval', numeric: true },
      { title: 'Difference', numeric: true },
      { title: '95 % interval', numeric: true },
    ],
    rows: [
      ['this model', shown(score), range(interval), '', ''],
      ...baselines.map(({ kind, score: simple, difference, interval: own }) => [
        ...[baselineNames[kind], shown(simple), '', shown(difference), range(own)],
      ]),
    ],
  })}${
    findings.length === 0
      ? []
      : html`<ul>
${findings.map(
  ({ text, advice }) => html`<li>${text} ${advice}</li>
`,
)}</ul>
`
  }`;
}

function classes({ classes: all, rows }: Assessment): Html {
  const shown = (value: number): string => roundedScore(value, rows);
  return table({
    label: 'Scores of each class',
    columns: [
      { title: 'Class' },
      ...['Precision', 'Recall', 'F1', 'Rows', 'Predicted'].map((name) => ({ title: name, numeric: true })),
    ],
    rows: all.map(({ label, precision, recall, f1, support, predicted }) => [
      ...[label, shown(precision), shown(recall), shown(f1)],
      ...[support.toLocaleString('en-US'), predicted.toLocaleString('en-US')],
    ]),
  });
}

/** Most classes whose confusions are drawn as a matrix. */
const mostClasses = 10;

function confusions({ confusion, confusions: largest, classes: all }: Assessment): Html {
  const names = all.map(({ label }) => label);
  if (confusion && names.length <= mostClasses) {
    const svg = heatMap({
      ...{ rows: names, columns: names, values: confusion, digits: 0 },
      ...{ rowTitle: 'label', columnTitle: 'prediction', label: 'Rows by label and prediction' },
    });
    return figure({ svg, caption: 'Number of rows by label and prediction.' });
  }
  if (largest.length === 0) return html``;
  return table({
    label: 'The largest confusions',
    columns: [{ title: 'Label' }, { title: 'Predicted as' }, { title: 'Rows', numeric: true }],
    rows: largest.map(({ label, predicted, rows }) => [label, predicted, rows]),
  });
}

function reliabilityDiagram({ bins, expectedCalibrationError }: Reliability): Html {
  const points = bins.filter(({ rows }) => rows > 0);
  const svg = learningCurves({
    series: [
      {
        name: 'this model',
        runs: [points.map(({ confidence, accuracy }) => ({ x: confidence, y: accuracy }))],
      },
      {
        name: 'as often right as probable',
        runs: [
          [
            { x: 0, y: 0 },
            { x: 1, y: 1 },
          ],
        ],
      },
    ],
    ...{ xTitle: 'probability of the prediction', yTitle: 'fraction that is right' },
    label: 'Fraction of right predictions by their probability',
    width: 320,
  });
  return figure({
    svg,
    kind: 'curves',
    caption: `Predictions in ten ranges of their probability. The expected calibration error, the mean distance between the two lines, is ${expectedCalibrationError.toFixed(3)}.`,
  });
}

function curves(history: readonly TrainingLosses[]): Html {
  const points = (key: 'trainLoss' | 'validationLoss') => [
    history.map((each) => ({ x: each.step, y: each[key] ?? Number.NaN })),
  ];
  const svg = learningCurves({
    series: [
      { name: 'training loss', runs: points('trainLoss') },
      { name: 'validation loss', runs: points('validationLoss') },
    ],
    ...{ xTitle: 'step', yTitle: 'loss', label: 'Training and validation loss by step' },
  });
  return figure({ svg, kind: 'curves', caption: 'Losses after each evaluation.' });
}

function errorTable({ errors = [], errorCount = errors.length, assessment }: EvaluationReport): Html {
  const isScore = errors.every(({ label }) => typeof label === 'number');
  const named = (label: WrongRow['label']): string =>
    typeof label === 'number'
      ? label.toPrecision(3)
      : typeof label === 'string'
        ? label
        : label.join(', ') || 'none';
  const texts = ({ texts: own }: ShownError): HtmlValue[] =>
    own.map((text, i) => (i === 0 ? text : html`<br>${text}`));
  const note = isScore
    ? `The rows with the largest errors, ${errors.length} of ${assessment.rows}.`
    : `${errors.length} of ${errorCount} wrong rows, the surest predictions first. Rows of which the model is very sure often have a wrong label.`;
  return table({
    label: 'Wrong rows',
    note,
    columns: [
      { title: 'Row', numeric: true },
      { title: 'Text' },
      { title: 'Label' },
      { title: 'Prediction' },
      { title: isScore ? 'Error' : 'Probability', numeric: true },
    ],
    rows: errors.map((each) => [
      ...[each.index + 1, texts(each), named(each.label), named(each.predicted), each.certainty.toFixed(3)],
    ]),
  });
}

const capitalized = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
