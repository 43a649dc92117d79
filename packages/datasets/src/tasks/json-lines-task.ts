import { EmptyFileError } from '../errors.ts';
import { readFile } from '../file.ts';
import { jsonLines } from '../own/json-table.ts';
import type { Example, TaskDefinition, TaskInfo } from '../task.ts';
import { Fields } from './fields.ts';

/** An example without its number in the file. */
export type NewExample = Omit<Example, 'index'>;

/** How the rows of a task become examples, independent of their storage. */
export interface RowLayout {
  /**
   * Returns the rows on a line of the official file, flat and with the same columns as in the hub's files. Default: the
   * line is one such row.
   */
  rows?(line: Fields): Iterable<Readonly<Record<string, unknown>>>;
  /** Returns the examples of such a row. Here the texts are put into the task's template. */
  examples(row: Fields): Iterable<NewExample>;
}

export interface RowTask extends TaskDefinition, RowLayout {}

/** Makes a task whose splits are files with a JSON object on each line. */
export function jsonLinesTask(info: TaskInfo, layout: RowLayout): RowTask {
  return {
    info,
    ...layout,
    async read(split, source) {
      const file = await readFile(source, info.files![split]!);
      const examples: Example[] = [];
      for (const line of jsonLines(file)) {
        for (const row of rowsOf(layout, new Fields(line)))
          for (const example of layout.examples(row)) examples.push({ index: examples.length, ...example });
      }
      if (examples.length === 0) throw new EmptyFileError(file.path);
      return examples;
    },
  };
}

function* rowsOf(layout: RowLayout, line: Fields): Generator<Fields, void, undefined> {
  if (!layout.rows) return yield line;
  for (const row of layout.rows(line)) yield line.with(row);
}
