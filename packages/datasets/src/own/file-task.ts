import { InvalidOptionError } from '../errors.ts';
import { type DataFile, readFile } from '../file.ts';
import { type FileSource, toSource } from '../source.ts';
import type { Example, TaskDefinition, TaskInfo } from '../task.ts';
import { type ColumnChoice, chooseColumns } from './columns.ts';
import { type CsvOptions, csvDoubts } from './csv-table.ts';
import { divideMissing } from './divide.ts';
import { tableExamples } from './examples.ts';
import { findFiles, type OwnFiles } from './find-files.ts';
import type { Decimal, OwnProblem } from './labels.ts';
import { countLabels, type FileLayout, type OwnSplit, splitOrigins } from './layout.ts';
import { chooseReading, labelNames } from './read-labels.ts';
import { readTable } from './read-table.ts';

export interface FileTaskOptions extends ColumnChoice, CsvOptions {
  /** Folder, address or source of the files. */
  readonly data: string | URL | FileSource;
  /** One file with all rows, relative to `data`. Default: separate `train`, `validation` and `test` files. */
  readonly file?: string | undefined;
  /** Problem type. Default: detected from the labels, which may be lists, numbers or names. */
  readonly problem?: OwnProblem | undefined;
  /**
   * Labels in the order of their ids, such as those of a trained model. The files must not have others. If there is a 0
   * or 1 for each label, these are the names of the labels.
   */
  readonly labels?: readonly string[] | null | undefined;
  /** Decimal mark of numbers in `.csv` and `.tsv`. Default: detected from the labels. */
  readonly decimal?: Decimal | undefined;
  /**
   * Maximum size in bytes of a compressed file's content. Larger files are refused before they fill the memory.
   * Default: 50 times the file's size and at least 2 MiB; for parquet 200 times and at least 64 MiB. Above 1 GiB at
   * most ten times.
   */
  readonly maxFileSize?: number | undefined;
  /** Last part of the id, and the name of a trained adapter. Default: the name of the file. */
  readonly name?: string | undefined;
  /** Maximum number of tokens of a row. Default 128. */
  readonly maxLength?: number | undefined;
  /** Seed of the splits that are made because there is no file for them. Default 42. */
  readonly splitSeed?: number | bigint | undefined;
  /** Whether all rows of the one file are the test split, to evaluate a trained model on every row. Default false. */
  readonly scoreOnly?: boolean | undefined;
}

/** A task read from files, for `loadTask`, and what was detected about them. */
export interface FileTask extends TaskDefinition {
  /** What was detected about the files. */
  readonly layout: FileLayout;
}

/**
 * Reads a task from custom files: comma- or tab-separated values with the column names in the first line, JSON lines,
 * or parquet. Each may be gzipped. Columns and problem are detected if they are not given. Splits without a file are
 * made from the training rows, a tenth of them each.
 *
 * Throws a `DatasetError`: `MissingFileError`, `UnreadableFileError`, `EmptyFileError`, `MissingColumnError`,
 * `ColumnError`, `MalformedRowError`, `LabelError` or `SplitError`.
 */
export async function readFileTask(options: FileTaskOptions): Promise<FileTask> {
  const source = toSource(options.data);
  const { file, splitSeed, maxFileSize } = options;
  if (options.labels) checkLabels(options.labels);
  const files: OwnFiles =
    file === undefined
      ? await findFiles(source, maxFileSize)
      : { train: await readFile(source, file, maxFileSize) };
  const table = await readTable(files.train, options);
  const { doubts: columnDoubts, ...columns } = chooseColumns(table, options);
  const { reading, doubts } = chooseReading(table, columns, options);
  const isRegression = reading.problem === 'regression';
  const labels = isRegression ? null : labelNames(table, columns, reading, options.labels);
  const rows = tableExamples(table, columns, reading, labels);
  const readOther = async (other: DataFile | undefined): Promise<readonly Example[] | undefined> => {
    if (other === undefined) return undefined;
    const otherTable = await readTable(other, options);
    return tableExamples(otherTable, chooseColumns(otherTable, columns), reading, labels);
  };
  const given = { validation: await readOther(files.validation), test: await readOther(files.test) };
  const isScored = options.scoreOnly === true && file !== undefined;
  const hasClasses = reading.problem === 'singleLabelClassification';
  const divided = isScored
    ? { train: [], validation: [], test: rows, stratified: false }
    : divideMissing(rows, given, hasClasses, splitSeed);
  const layout: FileLayout = {
    ...columns,
    ...reading,
    guessed: (['text', 'label', 'problem'] as const).filter((key) => options[key] == null),
    doubts: [...csvDoubts(table), ...columnDoubts, ...doubts],
    splits: splitOrigins(
      isScored ? { ...files, validation: files.train, test: files.train } : files,
      divided,
    ),
    labelCounts: labels && countLabels(rows, labels),
  };
  return {
    info: describe(options, layout, labels),
    layout,
    splits: ['train', 'validation', 'test'],
    read: async (split) => divided[split as OwnSplit],
  };
}

/** Throws `InvalidOptionError` for labels that cannot be distinguished. */
function checkLabels(labels: readonly string[]): void {
  const different = new Set(labels.map((label) => label.trim().normalize()));
  if (different.size < labels.length || different.has('') || labels.length === 0)
    throw new InvalidOptionError('labels', labels, 'different names, each once', 'labels');
}

function describe(
  { file, name = file ?? 'task', maxLength = 128 }: FileTaskOptions,
  { text, textPair, problem }: FileLayout,
  labels: readonly string[] | null,
): TaskInfo {
  const plainName = taskName(name);
  const [primaryMetric, ...metrics] = metricsOf(problem, labels?.length ?? 0);
  return {
    id: `own/${plainName}`,
    name: plainName,
    problem,
    labels,
    columns: textPair === null ? [text] : [text, textPair],
    maxLength,
    truncation: 'longestFirst',
    metrics: [primaryMetric, ...metrics],
    primaryMetric,
    stratified: problem === 'singleLabelClassification',
  };
}

/** Returns a task name that can be part of tensor names: `my data/Reviews 2.csv.gz` gives `Reviews-2`. */
function taskName(path: string): string {
  const stem = path.replace(/^.*[\\/]/, '').replace(/(\.(csv|tsv|jsonl|json|parquet))?(\.gz)?$/i, '');
  const name = stem.replaceAll(/[^\w+-]+/g, '-').replace(/^-+|-+$/g, '');
  return name === '' ? 'task' : name;
}

function metricsOf(problem: OwnProblem, labels: number): readonly [string, ...string[]] {
  switch (problem) {
    case 'regression':
      return ['pearson', 'spearman'];
    case 'multiLabelClassification':
      return ['f1Micro', 'f1Macro'];
    case 'singleLabelClassification':
      return ['accuracy', labels > 2 ? 'f1Macro' : 'f1'];
  }
}
