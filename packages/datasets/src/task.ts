import type { FileSource } from './source.ts';

/** What a task predicts, and with it the loss: cross-entropy, squared error, binary cross-entropy, choice. */
export type Problem =
  | 'singleLabelClassification'
  | 'regression'
  | 'multiLabelClassification'
  | 'multipleChoice';

/** Which text is cut when an example is longer than `maxLength` tokens. */
export type Truncation = 'longestFirst' | 'onlyFirst';

/** `testMismatched` is the second test set of MNLI, from genres that the training set lacks. */
export type SplitName = 'train' | 'validation' | 'test' | 'testMismatched';

/** One row. */
export interface Example {
  /** Its number among the examples of its file, from 0. */
  readonly index: number;
  /** The texts the encoder reads, in order, exactly as in the file but for the words of the task's template. */
  readonly segments: readonly [string] | readonly [string, string];
  /** Where the problem is multiple choice: a text for each choice, read as the pair of the only segment and it. */
  readonly choices?: readonly string[];
  /**
   * Class id; the score to predict where the problem is regression; 0 or 1 for each label where it is multi-label; the
   * number of the right choice.
   */
  readonly label: number | readonly number[];
  /** What examples that are scored together share, such as the question that they are answers to. */
  readonly group?: number | string;
  /** What this example proposes as the answer of its group, and the right ones; see `TaskInfo.ranksCandidates`. */
  readonly candidate?: Candidate;
}

export interface Candidate {
  readonly text: string;
  readonly answers: readonly string[];
}

/** Everything that is known about a task without its data. */
export interface TaskInfo {
  /** `benchmark/task`, such as `glue/rte`. */
  readonly id: string;
  /** The name used in print, such as `SST-2`. */
  readonly name: string;
  readonly problem: Problem;
  /** Names of the classes or choices in the order of their ids; null where the problem is regression. */
  readonly labels: readonly string[] | null;
  /** Name of each segment, and of each choice after them. */
  readonly columns: readonly string[];
  /** Limit on the tokens of an example, special tokens included. */
  readonly maxLength: number;
  readonly truncation: Truncation;
  /** Metrics that are reported, by the names of `@scalearn/evaluation`. */
  readonly metrics: readonly string[];
  /** The one of them that published tables show. */
  readonly primaryMetric: string;
  /** The metric of the validation part that chooses the best state in published runs of this task alone; else its loss. */
  readonly selectionMetric?: string;
  /**
   * Whether the examples of a group are candidates, of which the one with the highest score is the answer: metrics then
   * compare that answer with the right ones. Rows are groups then.
   */
  readonly ranksCandidates?: boolean;
  /** How it takes part in joint training, where published experiments treat it apart. */
  readonly joint?: JointPart;
  /** Whether the division of the training file keeps the proportions of the classes. */
  readonly stratified: boolean;
  /**
   * The file of every split, relative to the data; `.gz` may follow. Without one, a tenth of `train` validates; two
   * splits may have the same. A task that writes its rows itself has no files.
   */
  readonly files?: Readonly<Partial<Record<SplitName, string>> & Record<'train' | 'test', string>>;
  /** Where the hub has the files. */
  readonly hub?: HubPlace;
  /** Rows of the files in the official release: scores on fewer are not comparable with published ones. */
  readonly officialRows?: Readonly<Partial<Record<SplitName, number>>>;
}

/** What is left of a task in joint training. */
export interface JointPart {
  /** The first rows of the training part, which also decide how often the task is drawn. */
  readonly limit: number;
  /** Whether it is evaluated along with the other tasks during training. */
  readonly validates: boolean;
}

/** Where a data set of the Hugging Face hub has a task, as parquet files. */
export interface HubPlace {
  /** `owner/name` of the data set. */
  readonly repository: string;
  /** Its configuration, which is a folder there. */
  readonly config: string;
  /** What the splits are called there. */
  readonly splits: Readonly<Partial<Record<SplitName, string>>>;
}

/** A task as a plug-in: what it is and how its rows are read. */
export interface TaskDefinition {
  readonly info: TaskInfo;
  /** The splits there are; by default those that have a file. */
  readonly splits?: readonly SplitName[];
  /** All rows of a split, in file order. Throws a `DatasetError` that names file and line. */
  read(split: SplitName, source: FileSource): Promise<readonly Example[]>;
}

/** A task with its data. */
export interface Task extends TaskInfo {
  /** In the random order of the division. */
  readonly train: readonly Example[];
  /** For early stopping and the choice of the best state. */
  readonly validation: readonly Example[];
  /** Gives the reported score. The hidden official test sets cannot: this is the official development set. */
  readonly test: readonly Example[];
  readonly testMismatched?: readonly Example[];
  /** Rows of the files that were read, before any division or limit; groups, where candidates are ranked. */
  readonly rows: Readonly<Partial<Record<SplitName, number>>>;
  /** SHA-256 (hexadecimal) of all rows of the files: equal only for equal data, whatever the options. */
  readonly fingerprint: string;
}
