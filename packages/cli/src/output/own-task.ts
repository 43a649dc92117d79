import type { FileTask, Task } from '@scalearn/datasets';
import { count, counted } from './format.ts';
import { oneLine } from './printable.ts';

/** Labels of which numbers are shown; of more only how many there are. */
const mostLabels = 12;

/** What was found out about files of the user's own, for confirmation. */
export function ownTaskLines({ layout }: FileTask, task: Task): string[] {
  const { text, textPair, label, splits } = layout;
  const texts = textPair === null ? `column '${text}'` : `columns '${text}' and '${textPair}'`;
  return [
    `${splits.train.file}: texts from ${texts}, labels from '${label}': ${labelList(layout, task)}`,
    problemLine(layout, task),
    ...splitLines(splits),
  ].map(oneLine);
}

function labelList({ labelCounts }: FileTask['layout'], { train, validation, test }: Task): string {
  if (labelCounts === null) {
    const scores = [...train, ...validation, ...test].map(({ label }) => label as number);
    return `numbers from ${scores.reduce((a, b) => Math.min(a, b))} to ${scores.reduce((a, b) => Math.max(a, b))}`;
  }
  const shown = [...labelCounts].slice(0, mostLabels).map(([name, rows]) => `${name} (${count(rows)})`);
  return `${shown.join(', ')}${labelCounts.size > mostLabels ? `, … (${labelCounts.size} labels)` : ''}`;
}

function problemLine(
  { problem, guessed, separator, labelCounts }: FileTask['layout'],
  { labels }: Task,
): string {
  const isGuess = guessed.includes('problem');
  switch (problem) {
    case 'regression':
      return `regression${isGuess ? ', for the labels are numbers (--problem classification makes them classes)' : ''}`;
    case 'multiLabelClassification':
      return `multi-label classification, ${counted(labelCounts?.size ?? 0, 'label')}${isGuess ? '' : `, separated by '${separator}' where a row has several`}`;
    case 'singleLabelClassification': {
      const areNumbers = isGuess && labels?.every((name) => Number.isFinite(Number(name)));
      return `classification, ${labels?.length} classes${areNumbers ? ' (--problem regression makes them scores)' : ''}`;
    }
  }
}

function splitLines(splits: FileTask['layout']['splits']): string[] {
  const drawn = Object.entries(splits).filter(([, { drawn }]) => drawn !== false);
  const [first] = drawn;
  if (first === undefined) return [];
  const parts = drawn.map(([split, { rows }]) => `${count(rows)} ${split}`);
  const how = first[1].drawn === 'stratified' ? 'at random, each label in proportion' : 'at random';
  return [`${first[1].file} is divided into ${parts.join(', ')} rows, ${how} (seed 42)`];
}
