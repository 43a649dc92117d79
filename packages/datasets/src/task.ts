import type { FileSource } from './source.ts';

/**
 * Problem type. It determines the loss: cross-entropy, squared error, binary cross-entropy, or cross-entropy over
 * choices.
 */
export type Problem =
  | 'singleLabelClassification'
  | 'regression'
  | 'multiLabelClassification'
  | 'multipleChoice';

/** Which text is truncated if an example is longer than `maxLength` tokens. */
export type Truncation = 'longestFirst' | 'onlyFirst';

/** `testMismatched` is the second test set of MNLI, from genres that the training set lacks. */
export type SplitName = 'train' | 'validation' | 'test' | 'testMismatched';

/** One row. */
export interface Example {
  /** Its number among the examples of its file, from 0. */
  readonly index: number;
  /** The texts that the encoder reads, in order, exactly as in the file except for the words of the task's template. */
  readonly segments: readonly [string] | readonly [string, string];
  /** For multiple choice: a text for each choice. Each is encoded as a pair with the only segment. */
  readonly choices?: readonly string[];
  /**
   * Class id; for regression the score; for multi-label problems 0 or 1 for each label; for multiple choice the number
   * of the right choice.
   */
  readonly label: number | readonly number[];
  /**
   * Key shared by the examples that are scored together, such as the question that they answer; absent if examples
   * are scored alone
   */
  readonly group?: number | string;
  /**
   * The answer that this example proposes for its group, and the right ones; see `TaskInfo.ranksCandidates`; absent
   * if the task has no candidates
   */
  readonly candidate?: Candidate;
}

export interface Candidate {
  readonly text: string;
  readonly answers: readonly string[];
}

/** The information about a task without its data. */
export interface TaskInfo {
  /** `benchmark/task`, such as `glue/rte`. */
  readonly id: string;
  /** The name used in print, such as `SST-2`. */
  readonly name: string;
  /** What the labels are. */
  readonly problem: Problem;
  /** Names of the classes or choices in the order of their ids; null for regression. */
  readonly labels: readonly string[] | null;
  /** Name of each segment, then of each choice. */
  readonly columns: readonly string[];
  /** Maximum number of tokens of an example, including special tokens. */
  readonly maxLength: number;
  /** Which segment of a pair loses tokens if both are too long. */
  readonly truncation: Truncation;
  /** Reported metrics, by the names of `@scalearn/evaluation`. */
  readonly metrics: readonly string[];
  /** The metric that published tables show. */
  readonly primaryMetric: string;
  /**
   * The validation metric that selects the best state in published runs of this task alone. Default: the validation
   * loss.
   */
  readonly selectionMetric?: string;
  /**
   * Whether the examples of a group are candidates; by default they are not. The candidate with the highest score is
   * then the answer, metrics compare it with the right answers, and rows are groups.
   */
  readonly ranksCandidates?: boolean;
  /** How the task takes part in joint training, if published experiments treat it differently. */
  readonly joint?: JointPart;
  /** Whether the division of the training file keeps the proportions of the classes. */
  readonly stratified: boolean;
  /**
   * The file of every split, relative to the data; `.gz` may follow. Without a validation file, a tenth of `train` is
   * used for validation. Two splits may share a file. A task that generates its rows has no files.
   */
  readonly files?: Readonly<Partial<Record<SplitName, string>> & Record<'train' | 'test', string>>;
  /** Where the files are on the hub; absent if they are not there. */
  readonly hub?: HubPlace;
  /**
   * Number of rows of the files in the official release; absent if it is not known. Scores on fewer rows are not
   * comparable with published ones.
   */
  readonly officialRows?: Readonly<Partial<Record<SplitName, number>>>;
}

/** The part of a task that is used in joint training. */
export interface JointPart {
  /** Number of training rows, from the first. It also decides how often the task is drawn. */
  readonly limit: number;
  /** Whether it is evaluated together with the other tasks during training. */
  readonly validates: boolean;
}

/** Place of a task's parquet files in a data set of the Hugging Face hub. */
export interface HubPlace {
  /** `owner/name` of the data set. */
  readonly repository: string;
  /** Its configuration, which is a folder in the repository. */
  readonly config: string;
  /** Names of the splits in the repository. */
  readonly splits: Readonly<Partial<Record<SplitName, string>>>;
}

/** A task as a plug-in: its properties, and how its rows are read. */
export interface TaskDefinition {
  /** What is known without the data. */
  readonly info: TaskInfo;
  /** The splits of the task. Default: those that have a file. */
  readonly splits?: readonly SplitName[];
  /** Reads all rows of a split, in file order. Throws a `DatasetError` that names file and line. */
  read(split: SplitName, source: FileSource): Promise<readonly Example[]>;
}

/** A task with its data. */
export interface Task extends TaskInfo {
  /** Training rows, in the random order of the division. */
  readonly train: readonly Example[];
  /** Rows for early stopping and for selecting the best state. */
  readonly validation: readonly Example[];
  /** Rows for the reported score: the official development set, because the official test labels are hidden. */
  readonly test: readonly Example[];
  /** The second test set of MNLI, from other genres; absent for other tasks. */
  readonly testMismatched?: readonly Example[];
  /** Number of rows of the files, before any division or limit. If candidates are ranked, the number of groups. */
  readonly rows: Readonly<Partial<Record<SplitName, number>>>;
  /** SHA-256 (hexadecimal) of all rows of the files. It depends only on the data, not on the options. */
  readonly fingerprint: string;
}
