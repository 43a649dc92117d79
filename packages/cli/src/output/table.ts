import type { EvaluatedEvent, SplitScore, TaskScore } from './events.ts';
import { count, figure, metricList } from './format.ts';
import { oneLine } from './terminal.ts';

/**
 * Formats rows of cells in columns.
 *
 * @param texts indices of left-aligned columns, by default the first; the others are right-aligned
 */
export function table(given: readonly (readonly string[])[], texts: readonly number[] = [0]): string {
  const rows = given.map((row) => row.map(oneLine));
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, i) =>
        texts.includes(i) ? cell.padEnd(widths[i] as number) : cell.padStart(widths[i] as number),
      )
      .join('  ')
      .trimEnd();
  return `${rows.map(line).join('\n')}\n`;
}

/** Formats the scores of a model with one line for each split. */
export function scoreTable(
  { task, method, model, device }: EvaluatedEvent,
  scores: Readonly<Record<string, SplitScore>>,
): string {
  const names = Object.keys(Object.values(scores)[0]?.metrics ?? {});
  const lines = Object.entries(scores).map(([split, { rows, metrics, loss }]) => [
    split,
    count(rows),
    ...names.map((name) => figure(metrics[name])),
    figure(loss),
  ]);
  const heading = oneLine(`${model}: ${task} with ${method}, on ${device}`);
  return `${heading}\n\n${table([['split', 'rows', ...names, 'loss'], ...lines])}`;
}

/** Formats the test scores of several tasks with one line for each. */
export function taskTable(tasks: readonly TaskScore[]): string {
  const rows = tasks.map(({ task, metrics, loss }) => [task, figure(loss), metricList(metrics)]);
  return table([['task', 'loss', 'metrics'], ...rows], [0, 2]);
}
