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
  /** The folder, address or source of the files. */
  readonly data: string | URL | FileSource;
  /** One file with all rows, relative to `data`. Without it there are `train`, `validation` and `test` files. */
  readonly file?: string | undefined;
  /** By default what the labels look like: lists, numbers, or names. */
  readonly problem?: OwnProblem | undefined;
  /**
   * The labels in the order of their ids, as those of a trained model: the files must not have others. Where there is 0
   * or 1 for each label, their names.
   */
  readonly labels?: readonly string[] | null | undefined;
  /** What stands before the fraction of a number in `.csv` and `.tsv`; by default told from the labels. */
  readonly decimal?: Decimal | undefined;
  /**
   * Bytes that the content of a compressed file may have: more is refused before it fills the memory. By default 50
   * times the file, at least 2 MiB, of parquet 200 times and 64 MiB; above 1 GiB at most ten times.
   */
  readonly maxFileSize?: number | undefined;
  /** Last part of the id, and the name of a trained adapter. By default that of the file. */
  readonly name?: string | undefined;
  /** Limit on the tokens of a row; 128 by default. */
  readonly maxLength?: number | undefined;
  /** Seed of the splits that are made because there is no file. Default 42. */
  readonly splitSeed?: number | bigint | undefined;
  /** Whether the one file is all test split: to score a trained model on every row. */
  readonly scoreOnly?: boolean | undefined;
}

/** A task that was read from files, for `loadTask`, with what was found out about them. */
export interface FileTask extends TaskDefinition {
  readonly layout: FileLayout;
}

/**
 * Reads a task from files of your own: comma- or tab-separated with the names of the columns in the first line,
 * JSON lines, or parquet; each may be gzipped. Columns and problem that are not given are told from the files. Splits that have no
 * file are made from the training rows, a tenth of them each.
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

/** Throws `InvalidOptionError` for labels that cannot be told apart. */
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

/** `my data/Reviews 2.csv.gz` gives `Reviews-2`: what can name an adapter's tensors. */
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
