import {
  DatasetError,
  type FileTaskOptions,
  type NamedOption,
  type OptionWords,
  type OwnProblem,
} from '@scalearn/datasets';
import {
  flagOf,
  type OwnDataName,
  optionNamed,
  type TrainArguments,
  type TrainValue,
  trainOptions,
} from './train-table.ts';

/** Names of the options for columns. */
export const columnNames = ['text', 'textPair', 'label'] as const;
/** Names of the options for the format of files. */
export const readingNames = ['quote', 'delimiter', 'header', 'decimal', 'maxFileSize'] as const;

/** Options for reading the user's own files. */
export type OwnDataArguments = Pick<TrainArguments, OwnDataName>;

/** Options for the format of the files, regardless of their content. */
export type Reading = Pick<TrainArguments, (typeof readingNames)[number]>;

/** How the user's own files were read. It is kept with a model, to read other files in the same way. */
export interface OwnSettings {
  readonly text: string;
  readonly textPair: string | null;
  /** Label column; several columns if each holds 0 and 1 for one label. */
  readonly label: string | readonly string[];
  readonly problem: OwnProblem;
  readonly labels: readonly string[] | null;
  /** Options given for reading the files. */
  readonly reading?: Reading;
}

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

/** Converts the options to those of the library. */
export function fileReading(given: Reading): Pick<FileTaskOptions, keyof Reading> {
  const { maxFileSize, ...said } = readingOf(given);
  return { ...said, maxFileSize: maxFileSize === undefined ? undefined : maxFileSize * 2 ** 20 };
}

export function readingOf(given: Reading): Reading {
  const said = readingNames.filter((name) => given[name] !== undefined);
  return Object.fromEntries(said.map((name) => [name, given[name]]));
}

/** Returns a list of names, which may also be given as one text with commas. */
export function namesIn(given: readonly string[] | undefined): readonly string[] | undefined {
  const [only, ...more] = given ?? [];
  return only !== undefined && more.length === 0 ? only.split(',').map((name) => name.trim()) : given;
}

/** A command's flags for the options of files. Options without a flag are left out. */
export type Flags = Readonly<Partial<Record<NamedOption, string>>>;

/** Flags of `predict`, whose own `--text` is a text. */
export const textFileFlags: Flags = {
  text: '--text-column',
  textPair: '--text-pair-column',
  quote: '--quote',
  delimiter: '--delimiter',
  header: '--header',
  maxFileSize: '--max-file-size',
};

/** Runs work on data. Errors about the data name the flags of the command. */
export async function inFlags<T>(flags: Flags, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof DatasetError) error.reword(flagWords(flags));
    throw error;
  }
}

/** Returns a text as it is typed on a command line. A word needs no quotation marks. */
export function typed(text: string): string {
  return /^[\w.+…/-]+$/.test(text) ? text : JSON.stringify(text);
}

/** Returns the value of an option of the library as it is typed on the command line. */
export const typedValue = (value: string): string =>
  typed(Object.entries(problems).find(([, each]) => each === value)?.[0] ?? value);

function flagWords(flags: Flags): OptionWords {
  const name = (option: NamedOption): string => flags[option] ?? flagOf(optionNamed(option));
  return {
    name,
    say(option, value = '…', before = '') {
      const words = (typeof value === 'string' ? [value] : value).map(typedValue).join(' ');
      return flags[option] === undefined ? '' : `${before}say ${flags[option]} ${words}`;
    },
    given: (option, value) => `${name(option)} ${typedValue(value)}`,
    tasks: () =>
      'Run scalearn tasks to see them all; the name of a file of your own ends in .csv, .tsv, .jsonl, .json or .parquet.',
  };
}
