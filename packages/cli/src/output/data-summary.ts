import { countLabels, type Example, type Task } from '@scalearn/datasets';
import type { DataEvent, SplitSummary } from './events.ts';
import { count, cut } from './format.ts';
import { oneLine } from './printable.ts';
import { table } from './table.ts';

/** Rows of a split, and what they are labelled with. */
export function summarise({ labels }: Task, rows: readonly Example[]): SplitSummary {
  if (labels !== null)
    return { rows: rows.length, labels: Object.fromEntries(countLabels(rows, labels)), scores: null };
  const scores = rows.map(({ label }) => label as number);
  const least = scores.reduce((a, b) => Math.min(a, b));
  const most = scores.reduce((a, b) => Math.max(a, b));
  const mean = scores.reduce((a, b) => a + b) / scores.length;
  return { rows: rows.length, labels: null, scores: { least, mean, most } };
}

/** Labels that get a column; of more, those that most rows of the first split have. */
const mostColumns = 6;
const shownRows = 3;

/**
 * A small report: how many rows and labels there are, the first rows, and how they are read again.
 *
 * @param width of the screen
 */
export function dataText(event: DataEvent, { train, labels }: Task, width: number): string {
  const { task, out, splits } = event;
  const first = train.slice(0, shownRows).map(({ segments, choices = [], label }) => {
    const ids = typeof label === 'number' ? [label] : label.flatMap((bit, id) => (bit === 1 ? [id] : []));
    return `${ids.map((id) => labels?.[id] ?? id).join(', ')}: ${[...segments, ...choices].join(' | ')}`;
  });
  return [
    `${oneLine(`${task}, saved in ${out}`)}\n`,
    splitTable(Object.entries(splits), labels ?? []),
    'the first rows to train on',
    ...first.map((line) => `  ${cut(line, width - 2)}`),
    ...(event.problem === 'multipleChoice'
      ? []
      : [`\n${oneLine(`to train on it: --task ${out}${flags(event)}`)}`]),
    '',
  ].join('\n');
}

/** @param all labels in the order of their ids, which an object does not keep of numbers */
function splitTable(splits: readonly [string, SplitSummary][], all: readonly string[]): string {
  const { labels } = splits[0]![1];
  const names = all.toSorted((a, b) => (labels?.[b] ?? 0) - (labels?.[a] ?? 0)).slice(0, mostColumns);
  // As they were, but for those that are left out.
  const shown = all.filter((name) => names.includes(name));
  const left = all.length - shown.length;
  const header = labels ? [...shown, ...(left > 0 ? [`${left} more`] : [])] : ['least', 'mean', 'most'];
  const lines = splits.map(([split, { rows, labels, scores }]) => {
    const counts = shown.map((name) => labels?.[name] ?? 0);
    const others = left > 0 ? [Object.values(labels ?? {}).reduce((a, b) => a + b) - sum(counts)] : [];
    const figures = scores
      ? [scores.least, scores.mean, scores.most].map((score) => score.toFixed(2))
      : [...counts, ...others].map(count);
    return [split, count(rows), ...figures];
  });
  return table([['split', 'rows', ...header], ...lines]);
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

/** The options that read the rows as they were; column names without blanks need no quotation marks. */
function flags({ columns, label, problem }: DataEvent): string {
  const quoted = (name: string): string => (/^[\w.-]+$/.test(name) ? name : JSON.stringify(name));
  const [text, textPair] = columns.map(quoted);
  const pair = textPair === undefined ? '' : ` --text-pair ${textPair}`;
  const regression = problem === 'regression' ? ' --problem regression' : '';
  return ` --text ${text}${pair} --label ${quoted(label)}${regression}`;
}
