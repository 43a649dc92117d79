import type { FileTaskOptions, OwnProblem } from '@scalearn/datasets';
import {
  flagOf,
  type OwnDataName,
  type TrainArguments,
  type TrainValue,
  trainOptions,
} from './train-table.ts';

export const columnNames = ['text', 'textPair', 'label'] as const;
export const readingNames = ['quote', 'delimiter', 'header', 'decimal', 'maxFileSize'] as const;

/** How files of the user's own are read. */
export type OwnDataArguments = Pick<TrainArguments, OwnDataName>;

/** How the files themselves are read, whatever is in them. */
export type Reading = Pick<TrainArguments, (typeof readingNames)[number]>;

/** Their flags, such as `--text`. */
export const ownDataFlags: Readonly<Partial<Record<OwnDataName, string>>> = Object.fromEntries(
  Object.entries(trainOptions).flatMap(([name, option]) =>
    option.group === 'Your own data' ? [[name, flagOf(option)]] : [],
  ),
);

/** Problems by the names of the command line. */
export const problems: Readonly<Record<TrainValue<'problem'>, OwnProblem>> = {
  classification: 'singleLabelClassification',
  regression: 'regression',
  'multi-label': 'multiLabelClassification',
};

/** What the command line calls a problem of the library. */
export function problemName(problem: string): string | undefined {
  return Object.entries(problems).find(([, each]) => each === problem)?.[0];
}

/** The same for the library. */
export function fileReading(given: Reading): Pick<FileTaskOptions, keyof Reading> {
  const { maxFileSize, ...said } = readingOf(given);
  return { ...said, maxFileSize: maxFileSize === undefined ? undefined : maxFileSize * 2 ** 20 };
}

/** What is said of reading files, and nothing else. */
export function readingOf(given: Reading): Reading {
  const said = readingNames.filter((name) => given[name] !== undefined);
  return Object.fromEntries(said.map((name) => [name, given[name]]));
}

/** Several names, which may also be one text with commas. */
export function namesIn(given: readonly string[] | undefined): readonly string[] | undefined {
  const [only, ...more] = given ?? [];
  return only !== undefined && more.length === 0 ? only.split(',').map((name) => name.trim()) : given;
}
