import type { Example, TaskInfo } from '../task.ts';

/**
 * Formats rows as JSON lines, which {@link readFileTask} reads again unless they are multiple choice. The texts have
 * the names of their columns. The label is a text, a number for regression, or a list of texts for multi-label
 * problems.
 *
 * @param labelColumn name of the label's column
 */
export function toJsonLines(
  { columns, labels }: Pick<TaskInfo, 'columns' | 'labels'>,
  examples: readonly Example[],
  labelColumn = 'label',
): string {
  const named = ({ label }: Example): unknown => {
    if (typeof label === 'number') return labels === null ? label : labels[label];
    return labels?.filter((_, id) => label[id] === 1);
  };
  const lines = examples.map((example) => {
    const { segments, choices = [] } = example;
    const all = [...segments, ...choices];
    const texts = columns.map((column, i) => [column, all[i]]);
    return `${JSON.stringify(Object.fromEntries([...texts, [labelColumn, named(example)]]))}\n`;
  });
  return lines.join('');
}
