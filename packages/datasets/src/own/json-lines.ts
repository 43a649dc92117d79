import type { Example, TaskInfo } from '../task.ts';

/**
 * Rows as JSON lines, which {@link readFileTask} reads again unless they are choices: the texts under the names of their
 * columns; the label as a text, as a number where the problem is regression, as a list of texts where it is multi-label.
 *
 * @param labelColumn the name for the label
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
