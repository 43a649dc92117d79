import { EmptyFileError } from '../errors.ts';
import { readFile } from '../file.ts';
import { jsonLines } from '../own/json-table.ts';
import type { Example, TaskDefinition, TaskInfo } from '../task.ts';
import { Fields } from './fields.ts';

/** An example without its number in the file. */
export type NewExample = Omit<Example, 'index'>;

/** How the rows of a task become examples, however they are stored. */
export interface RowLayout {
  /**
   * The rows on a line of the official file, as flat as the hub's files have them and with the same columns. Without it,
   * the line is such a row.
   */
  rows?(line: Fields): Iterable<Readonly<Record<string, unknown>>>;
  /** The examples of such a row: where its texts are put into the task's template. */
  examples(row: Fields): Iterable<NewExample>;
}

export interface RowTask extends TaskDefinition, RowLayout {}

/** A task whose splits are files with a JSON object on each line. */
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
