import { baselineNames, roundedScore } from '@scalearn/evaluation';
import type { ScoreAssessment } from '@scalearn/experiments';
import { count, counted } from '@scalearn/experiments/runs';
import { table } from './format.ts';
import { oneLine } from './terminal.ts';

/** Most classes whose scores are listed. */
const listedClasses = 30;

/**
 * Formats what a score is worth: beside simple baselines, by class, with the confusions and the findings.
 *
 * @param model name of the scored model, for the table
 */
export function assessmentText(assessment: ScoreAssessment, model = 'this model'): string {
  const { findings } = assessment;
  return [
    scoreTable(assessment, model),
    classTable(assessment),
    confusionText(assessment),
    findings.map(({ text, advice }) => oneLine(`note: ${text} ${advice}`)).join('\n'),
  ]
    .filter((part) => part !== '')
    .map((part) => (part.endsWith('\n') ? part : `${part}\n`))
    .join('\n');
}

function scoreTable({ metric, score, interval, rows, baselines }: ScoreAssessment, model: string): string {
  const shown = (value: number | null): string => roundedScore(value ?? Number.NaN, rows);
  const range = ([low, high]: readonly [number, number]): string => `${shown(low)} to ${shown(high)}`;
  const difference = ({ difference: value, interval: known }: ScoreAssessment['baselines'][number]): string =>
    `${value !== null && value >= 0 ? '+' : ''}${shown(value)}${known ? ` (${range(known)})` : ''}`;
  return table(
    [
      [`on ${counted(rows, 'row')}`, metric, '95 % interval', 'difference of the model'],
      [model, shown(score), interval ? range(interval) : '', ''],
      ...baselines.map((each) => [baselineNames[each.kind], shown(each.score), '', difference(each)]),
    ],
    [0, 2, 3],
  );
}

function classTable({ classes, rows }: ScoreAssessment): string {
  if (classes.length === 0) return '';
  const shown = (value: number): string => roundedScore(value, rows);
  const listed = classes.slice(0, listedClasses).map(({ label, precision, recall, f1, support }) => {
    return [label, shown(precision), shown(recall), shown(f1), count(support)];
  });
  const more = classes.length - listed.length;
  const lines = table([['class', 'precision', 'recall', 'F1', 'rows'], ...listed]);
  return more > 0 ? `${lines}and ${count(more)} more: --json has them\n` : lines;
}

function confusionText({ classes, confusion, confusions }: ScoreAssessment): string {
  if (confusion) {
    const names = classes.map(({ label }) => label);
    const lines = confusion.map((counts, i) => [names[i] ?? '', ...counts.map(count)]);
    return table([['label \\ prediction', ...names], ...lines]);
  }
  if (confusions.length === 0) return '';
  const lines = confusions.map(({ label, predicted, rows }) => [label, predicted, count(rows)]);
  return table([['label', 'predicted as', 'rows'], ...lines], [0, 1]);
}
