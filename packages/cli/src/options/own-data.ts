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

/** Options for reading the user's own files. */
export type OwnDataArguments = Pick<TrainArguments, OwnDataName>;

/** Options for the format of the files, regardless of their content. */
export type Reading = Pick<TrainArguments, (typeof readingNames)[number]>;

/** Flags of the options, such as `--text`. */
export const ownDataFlags: Readonly<Partial<Record<OwnDataName, string>>> = Object.fromEntries(
  Object.entries(trainOptions).flatMap(([name, option]) =>
    option.group === 'Your own data' ? [[name, flagOf(option)]] : [],
  ),
);

/** Problems of the library by their names on the command line. */
export const problems: Readonly<Record<TrainValue<'problem'>, OwnProblem>> = {
  classification: 'singleLabelClassification',
  regression: 'regression',
  'multi-label': 'multiLabelClassification',
};

/** Returns the name on the command line of a problem of the library. */
export function problemName(problem: string): string | undefined {
  return Object.entries(problems).find(([, each]) => each === problem)?.[0];
}

/** Converts the options to those of the library. */
export function fileReading(given: Reading): Pick<FileTaskOptions, keyof Reading> {
  const { maxFileSize, ...said } = readingOf(given);
  return { ...said, maxFileSize: maxFileSize === undefined ? undefined : maxFileSize * 2 ** 20 };
}

/** Selects the options for reading files. */
export function readingOf(given: Reading): Reading {
  const said = readingNames.filter((name) => given[name] !== undefined);
  return Object.fromEntries(said.map((name) => [name, given[name]]));
}

/** Returns a list of names, which may also be given as one text with commas. */
export function namesIn(given: readonly string[] | undefined): readonly string[] | undefined {
  const [only, ...more] = given ?? [];
  return only !== undefined && more.length === 0 ? only.split(',').map((name) => name.trim()) : given;
}
