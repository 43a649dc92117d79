import type { Example, SplitName } from '../task.ts';
import type { Columns } from './columns.ts';
import type { OwnFiles } from './find-files.ts';
import type { LabelReading } from './read-labels.ts';
import type { Doubt } from './table.ts';

/** How files are read as a task. */
export interface FileLayout extends Columns, LabelReading {
  /** Options that were not given and were detected from the files. */
  readonly guessed: readonly ('text' | 'label' | 'problem')[];
  /** Detected properties that may be wrong, with the options that decide them. */
  readonly doubts: readonly Doubt[];
  /** Where the rows of each split come from. */
  readonly splits: Readonly<Record<OwnSplit, SplitOrigin>>;
  /** Number of rows of the training file with each label, in the order of the ids; null for regression. */
  readonly labelCounts: ReadonlyMap<string, number> | null;
}

export type OwnSplit = Extract<SplitName, 'train' | 'validation' | 'test'>;

/** Where the rows of a split come from. */
export interface SplitOrigin {
  /** The file, relative to the data. */
  readonly file: string;
  /** Number of rows. */
  readonly rows: number;
  /** Whether the rows are a random part of the file. `stratified` parts have the proportions of its classes. */
  readonly drawn: false | 'at random' | 'stratified';
}

/** The splits of a task, and whether the splits that were made are stratified. */
export interface Divided extends Readonly<Record<OwnSplit, readonly Example[]>> {
  readonly stratified: boolean;
}

export function splitOrigins(files: OwnFiles, divided: Divided): FileLayout['splits'] {
  const isDivided = files.validation === undefined || files.test === undefined;
  const origin = (split: OwnSplit): SplitOrigin => ({
    file: (files[split] ?? files.train).path,
    rows: divided[split].length,
    drawn:
      (split === 'train' ? isDivided : files[split] === undefined) &&
      (divided.stratified ? 'stratified' : 'at random'),
  });
  return { train: origin('train'), validation: origin('validation'), test: origin('test') };
}

/** Counts the rows with each label, in the order of the ids. */
export function countLabels(rows: readonly Example[], labels: readonly string[]): Map<string, number> {
  const counts = Array<number>(labels.length).fill(0);
  for (const { label } of rows) {
    const ids = typeof label === 'number' ? [label] : label.flatMap((bit, id) => (bit === 1 ? [id] : []));
    for (const id of ids) counts[id]! += 1;
  }
  return new Map(labels.map((label, id) => [label, counts[id]!]));
}
