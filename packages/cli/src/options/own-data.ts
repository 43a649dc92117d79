import type { Decimal, Delimiter, FileTaskOptions, OwnProblem } from '@scalearn/datasets';
import { Option } from 'commander';
import { choiceOption, listOption, pathOption, wholeNumber } from './values.ts';

/** How the files themselves are read, whatever is in them. */
export interface ReadingArguments {
  readonly quote?: 'double' | 'none' | undefined;
  readonly delimiter?: Delimiter | undefined;
  readonly header?: 'first' | 'none' | undefined;
  /** Megabytes. */
  readonly maxFileSize?: number | undefined;
}

/** How files of the user's own are read. */
export interface OwnDataArguments extends ReadingArguments {
  readonly text?: string | undefined;
  readonly textPair?: string | undefined;
  readonly label?: readonly string[] | undefined;
  readonly labels?: readonly string[] | undefined;
  readonly problem?: ProblemName | undefined;
  readonly decimal?: Decimal | undefined;
}

export type ProblemName = 'classification' | 'regression' | 'multi-label';

/** Problems by the names of the command line. */
export const problems: Readonly<Record<ProblemName, OwnProblem>> = {
  classification: 'singleLabelClassification',
  regression: 'regression',
  'multi-label': 'multiLabelClassification',
};

export const ownDataFlags: Readonly<Record<keyof OwnDataArguments, string>> = {
  text: '--text',
  textPair: '--text-pair',
  label: '--label',
  labels: '--labels',
  problem: '--problem',
  decimal: '--decimal',
  quote: '--quote',
  delimiter: '--delimiter',
  header: '--header',
  maxFileSize: '--max-file-size',
};

/** What the command line calls a problem of the library. */
export function problemName(problem: string): string | undefined {
  return Object.entries(problems).find(([, each]) => each === problem)?.[0];
}

/** Those of the options of files that are rarely needed. */
export interface OwnDataOptions {
  readonly usual: readonly Option[];
  readonly rare: readonly Option[];
}

export function ownDataOptions(): OwnDataOptions {
  return {
    usual: [
      ...columnOptions(),
      choiceOption('--problem <kind>', 'kind of the labels', Object.keys(problems)),
    ],
    rare: [
      listOption('--labels <name...>', 'all labels in their order, also as a,b,c'),
      decimalOption(),
      ...readingOptions(),
    ],
  };
}

export function columnOptions(): Option[] {
  return [
    pathOption('--text <column>', 'column of the texts'),
    pathOption('--text-pair <column>', 'column of the second texts, where rows are pairs'),
    listOption('--label <column...>', 'column of the labels; several where each holds 0 and 1 for one label'),
  ];
}

export function decimalOption(): Option {
  return choiceOption('--decimal <sign>', 'what stands before the fraction in .csv, .tsv', [
    'point',
    'comma',
  ]);
}

export function readingOptions(): Option[] {
  return [
    choiceOption(
      '--quote <kind>',
      'none: quotation marks are characters like others; double: enclose texts',
      [...['double', 'none']],
    ),
    choiceOption('--delimiter <kind>', 'what separates columns in .csv, .tsv', [
      ...['comma', 'semicolon', 'tab', 'pipe'],
    ]),
    choiceOption('--header <kind>', 'none: the first line is a row, and columns are called 1, 2, …', [
      ...['first', 'none'],
    ]),
    new Option('--max-file-size <mb>', 'megabytes that a compressed file may have inside').argParser(
      wholeNumber(1),
    ),
  ];
}

/** The same for the library. */
export function fileReading({
  quote,
  delimiter,
  header,
  maxFileSize,
}: ReadingArguments): Pick<FileTaskOptions, keyof ReadingArguments> {
  return {
    ...{ quote, delimiter, header },
    maxFileSize: maxFileSize === undefined ? undefined : maxFileSize * 2 ** 20,
  };
}

/** Several names, which may also be one text with commas. */
export function namesIn(given: readonly string[] | undefined): readonly string[] | undefined {
  const [only, ...more] = given ?? [];
  return only !== undefined && more.length === 0 ? only.split(',').map((name) => name.trim()) : given;
}
