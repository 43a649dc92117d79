import type { NamedLabel } from '@scalearn/evaluation';
import type { SplitScore } from '@scalearn/experiments';
import { count } from '@scalearn/experiments/runs';
import type { ShownError } from '@scalearn/report';
import { assessmentText } from './assessment-text.ts';
import type { EvaluatedEvent } from './events.ts';
import { cut, figure, metricList, table } from './format.ts';
import { taskTable } from './run-text.ts';
import { oneLine } from './terminal.ts';

/** A scored task. */
export interface ScoredTask {
  /** The task as the user named it. */
  readonly shown: string;
  readonly event: EvaluatedEvent;
  /** Scores by split. */
  readonly scores: Readonly<Record<string, SplitScore>>;
}

/** Formats the scores of a model: of one task with what they are worth, of several as a table. */
export function scoresText(model: string, scored: readonly ScoredTask[]): string {
  const [{ shown, event, scores }, ...others] = scored as [ScoredTask, ...ScoredTask[]];
  const { method, split, device, assessment } = event;
  if (others.length > 0) {
    const tasks = scored.map((each) => ({ ...each.event, task: each.shown }));
    return `${model}: ${method}, ${split} split, on ${device}\n\n${taskTable(tasks)}`;
  }
  const names = Object.keys(Object.values(scores)[0]?.metrics ?? {});
  const lines = Object.entries(scores).map(([each, { rows, metrics, loss }]) => [
    ...[each, count(rows), ...names.map((name) => metricList({ '': metrics[name] ?? null }, rows).trim())],
    figure(loss),
  ]);
  const heading = oneLine(`${model}: ${shown} with ${method}, on ${device}`);
  const worth = assessment ? `\n${assessmentText(assessment)}` : '';
  return `${heading}\n\n${table([['split', 'rows', ...names, 'loss'], ...lines])}${worth}`;
}

/** Most characters of a text in a line. */
const textRoom = 60;

/** Formats wrong rows as a table, surest first. Rows are counted from 1, as in a spreadsheet without its header. */
export function errorText(errors: readonly ShownError[]): string {
  if (errors.length === 0) return '\nno row is wrong\n';
  const isScore = typeof errors[0]?.label === 'number';
  const lines = errors.map(({ index, label, predicted, certainty, texts }) => [
    ...[count(index + 1), labelText(label), labelText(predicted), certainty.toFixed(3)],
    cut(texts.join(' | '), textRoom),
  ]);
  const heading = ['row', 'label', 'prediction', isScore ? 'error' : 'probability', 'text'];
  return `\n${table([heading, ...lines], [1, 2, 4])}`;
}

function labelText(label: NamedLabel): string {
  if (typeof label === 'number') return figure(label);
  return typeof label === 'string' ? label : label.join(',') || '(none)';
}
