import type { Doubt, FileTask, Task } from '@scalearn/datasets';
import { type Flags, ownDataFlags, typedValue } from '../options/own-data.ts';
import { count, counted } from '../words.ts';

/** Number of labels up to which each is listed. If there are more, only their number is shown. */
const mostLabels = 12;

/**
 * Describes what was found in the user's own files, for confirmation.
 *
 * @param folds number of parts of a cross-validation, which replace the splits
 */
export function ownTaskLines({ layout }: FileTask, task: Task, folds?: number): string[] {
  const { text, textPair, label, splits } = layout;
  const texts = textPair === null ? `column '${text}'` : `columns '${text}' and '${textPair}'`;
  const columns = typeof label === 'string' ? [] : label;
  const named = `${columns.slice(0, mostLabels).join(', ')}${columns.length > mostLabels ? ', …' : ''}`;
  const labels =
    typeof label === 'string'
      ? `labels from '${label}'`
      : `${counted(columns.length, 'label')} from columns ${named}`;
  return [
    `${splits.train.file}: texts from ${texts}, ${labels}: ${labelList(layout, task)}`,
    problemLine(layout, task),
    ...doubtLines(layout.doubts),
    ...(folds === undefined
      ? splitLines(splits)
      : [`${splits.train.file} is divided into ${folds} parts (seed 42)`]),
  ];
}

/**
 * Describes guesses that may be wrong, with the option that overrides each.
 *
 * @param flags by the library's names, if a command uses others
 */
export function doubtLines(doubts: readonly Doubt[], flags: Flags = ownDataFlags): string[] {
  return doubts.map(({ about, option, value }) => {
    if (option === null) return `unsure: ${about}; ${value}`;
    return `unsure: ${about}; change this with ${flags[option]} ${typedValue(value)}`;
  });
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
  { problem, guessed, form, syntax, separator, labelCounts }: FileTask['layout'],
  { labels }: Task,
): string {
  switch (problem) {
    case 'regression':
      return `regression${guessed.includes('problem') ? ', for the labels are numbers' : ''}`;
    case 'multiLabelClassification': {
      const written = syntax === null || syntax === 'typed' ? '' : ` in ${syntax} form`;
      const how = {
        single: '',
        separated: `, separated by '${separator}' where a row has several`,
        lists: `, label lists${written}`,
        vectors: `, lists${written} with 0 or 1 for each label`,
        columns: ', a column of 0 and 1 for each',
      };
      return `multi-label classification, ${counted(labelCounts?.size ?? 0, 'label')}${how[form]}`;
    }
    case 'singleLabelClassification':
      return `classification, ${labels?.length} classes`;
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
