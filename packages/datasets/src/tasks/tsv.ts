import { EmptyFileError, LabelError, MalformedRowError, MissingColumnError } from '../errors.ts';
import { type DataFile, readFile } from '../file.ts';
import type { Example, TaskDefinition, TaskInfo } from '../task.ts';
import { tsvRows } from './tsv-rows.ts';

/** How the rows of a tab-separated file become examples. */
export interface TsvLayout {
  /** Names of the columns, for a file without a header line. */
  readonly header?: readonly string[];
  /** The columns of the segments. */
  readonly segments: readonly [string] | readonly [string, string];
  /** The column of the label, and either the value of every class in the order of the ids, or the range of scores. */
  readonly label: { readonly column: string } & (
    | { readonly values: readonly string[] }
    | { readonly min: number; readonly max: number }
  );
  /**
   * A column of the header of releases with broken rows: rows with too few columns are then skipped. By default they
   * are refused.
   */
  readonly dropShortRowsWith?: string;
}

/** Makes a task whose splits are tab-separated files. */
export function tsvTask(info: TaskInfo, layout: TsvLayout): TaskDefinition {
  return {
    info,
    async read(split, source) {
      return parseTsv(await readFile(source, info.files![split]!), layout);
    },
  };
}

function parseTsv(file: DataFile, layout: TsvLayout): Example[] {
  let columns: Columns | undefined = layout.header && locate(layout.header, layout, file.path);
  const examples: Example[] = [];
  for (const row of tsvRows(file)) {
    if (columns === undefined) {
      columns = locate(row.allCells(), layout, file.path);
      continue;
    }
    if (row.length < columns.count && columns.dropShortRows) continue;
    if (row.length !== columns.count) {
      throw new MalformedRowError(
        file.path,
        row.line,
        `the row has ${row.length} columns, expected ${columns.count}. Repair the line or fetch the file again.`,
      );
    }
    const [first, second] = columns.segments;
    const segments: Example['segments'] =
      second === undefined ? [row.cell(first)] : [row.cell(first), row.cell(second)];
    const label = parseLabel(row.cell(columns.label), layout.label, file.path, row.line);
    examples.push({ index: examples.length, segments, label });
  }
  if (examples.length === 0) throw new EmptyFileError(file.path);
  return examples;
}

interface Columns {
  readonly count: number;
  readonly segments: readonly [number] | readonly [number, number];
  readonly label: number;
  readonly dropShortRows: boolean;
}

function locate(header: readonly string[], layout: TsvLayout, file: string): Columns {
  const position = (name: string): number => {
    const index = header.indexOf(name);
    if (index < 0) throw new MissingColumnError(file, name, header);
    return index;
  };
  const [first, second] = layout.segments;
  return {
    count: header.length,
    segments: second === undefined ? [position(first)] : [position(first), position(second)],
    label: position(layout.label.column),
    dropShortRows: layout.dropShortRowsWith !== undefined && header.includes(layout.dropShortRowsWith),
  };
}

function parseLabel(text: string, format: TsvLayout['label'], file: string, line: number): number {
  if ('values' in format) {
    const id = format.values.indexOf(text);
    if (id < 0) throw new LabelError(file, line, text, `one of ${format.values.join(', ')}`);
    return id;
  }
  const score = /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (!(score >= format.min && score <= format.max)) {
    throw new LabelError(file, line, text, `a number from ${format.min} to ${format.max}`);
  }
  return score;
}
