import { deviceChoices } from '@scalearn/core/graph';
import {
  type OptionType,
  type OptionValue,
  poolings,
  sourceControls,
  type TrainingOption,
  trainingOptions,
} from '@scalearn/core/methods';

/**
 * An option of `train`. Its flag, its help, its place in a run's settings and in the user's own files, and all checks
 * are derived from this.
 */
export interface TrainOption extends Omit<TrainingOption, 'type' | 'flag' | 'decides'> {
  /**
   * A type of methods' options; or several texts, a flag without a value, an encoder that may be called `mini`,
   * weights of labels, or a threshold of probabilities.
   */
  readonly type: OptionType | 'texts' | 'switch' | 'encoder' | 'weights' | 'threshold';
  /** The flag in help; undefined for an option that only methods set. */
  readonly flag?: `--${string}`;
  /** Whether only `--help-all` shows it. */
  readonly rare?: boolean;
  /** The option that excludes this one; absent if none does. */
  readonly conflicts?: string;
  /** The option that can be given in place of this required one; absent if there is none. */
  readonly or?: string;
  /** Options with each of which this required one may be left out; absent if there are none. */
  readonly unless?: readonly string[];
  /** A whole number must be a multiple of this; by default of 1. */
  readonly multipleOf?: number;
  /** Whether the trained model depends on it; `content` if it names files and only their content matters. */
  readonly decides?: boolean | 'content';
  /** How a run's settings store it: always, as null if it has no value, or only if it was given. */
  readonly stored?: 'always' | 'null' | 'given';
  /** The user's own files that may contain it; absent if none may. */
  readonly files?: 'experiment' | 'config' | 'both';
}

// Literals, so that types can be inferred. What core declares of an option is not repeated. Settings store options in
// this order, and ids of runs depend on it: a new option must be stored only if it is given.
// biome-ignore format: a table reads by its rows
const groups = {
  Model: {
    encoder: { flag: '--encoder <name>', type: 'encoder', meaning: 'hub name or local folder of the encoder, or mini',
      required: true, unless: ['resume', 'sources'], decides: 'content', files: 'config' },
    task: { flag: '--task <task>', type: 'text', meaning: 'such as glue/rte, or a file or folder of your own',
      or: 'tasks', unless: ['resume'] },
    tasks: { flag: '--tasks <task...>', type: 'texts', meaning: 'the tasks that a joint method learns at once',
      conflicts: 'task' },
    data: { flag: '--data <dir>', type: 'text', meaning: "folder that holds the task's folder (RTE/, …)",
      defaultMeaning: 'the hub', decides: 'content' },
    out: { flag: '--out <dir>', type: 'text', meaning: 'folder for the trained model', required: true, decides: false },
    sources: { flag: '--sources <dir...>', type: 'texts',
      meaning: 'folders of the trained adapters to transfer from, or auto',
      decides: 'content', stored: 'always' },
    ranking: { flag: '--ranking <file>', type: 'text', meaning: 'for --sources auto: the .json file of scalearn rank',
      rare: true, decides: false },
    top: { flag: '--top <n>', type: 'whole', range: { least: 1 }, meaning: 'for --sources auto: number of sources',
      defaultMeaning: '8', rare: true, decides: false },
    method: { flag: '--method <name>', type: 'text', meaning: 'see scalearn methods',
      defaultMeaning: 'bottleneck, scalearn with sources' },
  },
  'Your own data': {
    text: { flag: '--text <column>', type: 'text', meaning: 'column of the texts' },
    textPair: { flag: '--text-pair <column>', type: 'text', meaning: 'column of the second texts, if rows are pairs' },
    label: { flag: '--label <column...>', type: 'texts',
      meaning: 'column of the labels; several if each holds 0 and 1 for one label' },
    problem: { flag: '--problem <kind>', type: ['classification', 'regression', 'multi-label'],
      meaning: 'kind of the labels' },
    labels: { flag: '--labels <name...>', type: 'texts', meaning: 'all labels in their order, also as a,b,c', rare: true },
    quote: { flag: '--quote <kind>', type: ['double', 'none'],
      meaning: 'none: quotation marks are ordinary characters; double: they enclose texts', rare: true },
    delimiter: { flag: '--delimiter <kind>', type: ['comma', 'semicolon', 'tab', 'pipe'],
      meaning: 'column separator in .csv, .tsv', rare: true },
    header: { flag: '--header <kind>', type: ['first', 'none'],
      meaning: 'none: the first line is a row, and columns are called 1, 2, …', rare: true },
    decimal: { flag: '--decimal <sign>', type: ['point', 'comma'],
      meaning: 'decimal separator in .csv, .tsv', rare: true },
    maxFileSize: { flag: '--max-file-size <mb>', type: 'whole', range: { least: 1 },
      meaning: 'largest content of a compressed file, in megabytes', rare: true },
  },
  Method: {
    set: { flag: '--set <name=value...>', type: 'texts', meaning: 'options of the method, which scalearn methods lists',
      rare: true },
    sourceControl: { flag: '--source-control <kind>', type: sourceControls as typeof sourceControls,
      meaning: 'replace the sources by adapters that cannot help, as a control', rare: true, stored: 'given' },
  },
  Training: {
    layers: { flag: '--layers <n>', type: 'whole', range: { least: 1 }, meaning: "use the encoder's first n layers only",
      rare: true, stored: 'null', files: 'both' },
    epochs: { flag: '--epochs <n>', stored: 'always', files: 'both' },
    maxSteps: { flag: '--max-steps <n>', rare: true, stored: 'null', files: 'both' },
    batchSize: { flag: '--batch-size <n>', defaultMeaning: '32; 8 for a small file of your own', stored: 'always', files: 'both' },
    evalBatchSize: { stored: 'always' },
    learningRate: { flag: '--learning-rate <x>', stored: 'always', files: 'both' },
    weightDecay: { flag: '--weight-decay <x>', rare: true, stored: 'always', files: 'both' },
    warmupSteps: { flag: '--warmup-steps <n>', rare: true, stored: 'null', files: 'both' },
    evaluateEvery: { flag: '--evaluate-every <n>', rare: true, stored: 'given', files: 'both' },
    temperature: { flag: '--temperature <x>', rare: true, stored: 'given', files: 'experiment' },
    patience: { flag: '--patience <n>', rare: true, stored: 'always', files: 'both' },
    classWeights: { flag: '--class-weights <w>', type: 'weights',
      meaning: 'weight of each label in the loss: none, balanced or a=1,b=3', defaultMeaning: 'none',
      rare: true, stored: 'given', files: 'experiment' },
    pooling: { flag: '--pooling <what>', type: poolings as typeof poolings,
      meaning: 'what the head reads of a text: its first token, or the mean of its tokens',
      defaultMeaning: "for your own data the sentence encoder's, else first",
      rare: true, stored: 'given', files: 'both' },
    precision: { flag: '--precision <type>', type: ['f32', 'f16', 'int8'],
      meaning: 'of frozen weights and their products: int8 on ONNX Runtime, f16 on WebGPU', defaultMeaning: 'f32',
      rare: true, stored: 'given', files: 'both' },
    threshold: { flag: '--threshold <p>', type: 'threshold',
      meaning: 'multi-label: probability above which labels are predicted; auto: best on validation rows', defaultMeaning: '0.5',
      rare: true, stored: 'given', files: 'experiment' },
    selectBy: { flag: '--select-by <what>', type: 'text',
      meaning: 'how to choose the best epoch: loss, primary or another metric of the task', defaultMeaning: "the paper's",
      rare: true, stored: 'given', files: 'both' },
    maxLength: { flag: '--max-length <n>', type: 'whole', range: { least: 4 },
      meaning: 'most tokens of a row; the rest is cut off', defaultMeaning: "the task's", stored: 'always', files: 'both' },
    limit: { flag: '--limit <n>', type: 'whole', range: { least: 1 }, meaning: 'train on the first n rows',
      stored: 'null', files: 'both' },
    evalLimit: { flag: '--eval-limit <n>', type: 'whole', range: { least: 1 },
      meaning: 'validate and test on the first n rows', rare: true, stored: 'null', files: 'both' },
    validationLimit: { flag: '--validation-limit <n>', type: 'whole', range: { least: 1 },
      meaning: 'validate on the first n rows', rare: true, stored: 'given', files: 'both' },
    trainPercent: { flag: '--train-percent <p>', type: 'whole', range: { least: 5, most: 100 }, multipleOf: 5,
      meaning: 'train and validate on p percent: 5, 10, …', defaultMeaning: '100',
      rare: true, stored: 'given', files: 'both' },
    folds: { flag: '--folds <k>', type: 'whole', range: { least: 2 },
      meaning: 'score by cross-validation, then train on all rows of the file', conflicts: 'evaluateEvery',
      rare: true, stored: 'given' },
    seed: { flag: '--seed <n>', stored: 'always', files: 'config' },
  },
  Running: {
    device: { flag: '--device <kind>', type: deviceChoices as typeof deviceChoices,
      meaning: 'by default the best available', decides: false, files: 'config' },
    threads: { flag: '--threads <n>', type: 'whole', range: { least: 1 }, meaning: 'number of CPU threads for ONNX Runtime',
      defaultMeaning: 'all', rare: true, decides: false, mayChangeOnResume: true, files: 'config' },
    checkpointEvery: { flag: '--checkpoint-every <minutes>', rare: true, files: 'both' },
    dryRun: { flag: '--dry-run', type: 'switch', meaning: 'measure a few steps, say what the training takes, write nothing',
      conflicts: 'resume', rare: true, decides: false },
    resume: { flag: '--resume', type: 'switch', meaning: 'continue an interrupted run', decides: false },
    overwrite: { flag: '--overwrite', type: 'switch', meaning: 'replace the run in the output folder',
      conflicts: 'resume', decides: false },
    quiet: { flag: '--quiet', type: 'switch', meaning: 'show warnings and the result only',
      rare: true, decides: false, mayChangeOnResume: true },
    json: { flag: '--json', type: 'switch', meaning: 'one JSON object per line on standard output',
      decides: false, mayChangeOnResume: true },
  },
} as const;

type Groups = typeof groups;
type Rows = Groups['Model'] &
  Groups['Your own data'] &
  Groups['Method'] &
  Groups['Training'] &
  Groups['Running'];
type Core = typeof trainingOptions;

/** A heading of the options. */
export type OptionGroup = keyof Groups;
/** The name of an option. */
export type OptionName = keyof Rows;
/** Names of the options for reading the user's own files. */
export type OwnDataName = keyof Groups['Your own data'];

/** An option by its name among the arguments of `train`. */
export type OptionOf<Name extends OptionName> = Rows[Name] & (Name extends keyof Core ? Core[Name] : unknown);

type ValueOf<Type> = Type extends 'texts'
  ? readonly string[]
  : Type extends 'switch'
    ? boolean
    : Type extends 'encoder' | 'weights'
      ? string
      : Type extends OptionType
        ? OptionValue<Type>
        : never;

export type TrainValue<Name extends OptionName> =
  OptionOf<Name> extends { readonly type: infer Type } ? ValueOf<Type> : never;

/** Names of the options that have a property. */
export type NamesWith<Trait> = {
  [Name in OptionName]: OptionOf<Name> extends Trait ? Name : never;
}[OptionName];

/** Arguments of `train` from the user, without the flags of methods; undefined if not given. */
export type TrainArguments = {
  readonly [Name in NamesWith<{ readonly required: true }>]: TrainValue<Name>;
} & {
  readonly [Name in Exclude<NamesWith<{ readonly flag: string }>, NamesWith<{ readonly required: true }>>]?:
    | TrainValue<Name>
    | undefined;
};

/** Options of `scalearn train` whose defaults a configuration can set. */
export type TrainDefaults = Partial<
  Pick<TrainArguments, NamesWith<{ readonly files: 'config' | 'both' }> & keyof TrainArguments>
>;

/** An option with what core declares of it, and its heading in the help. */
export type ListedOption = TrainOption & { readonly group: OptionGroup };

/** All options by their names, in the order in which settings store them. */
export const trainOptions: Readonly<Record<string, ListedOption>> = Object.fromEntries(
  (['Model', 'Your own data', 'Method', 'Training', 'Running'] as const).flatMap((group) =>
    Object.entries(groups[group]).map(([name, row]) => [name, { ...declared(name, row), group }]),
  ),
);

/** Returns an option by its name. */
export function optionNamed(name: OptionName): ListedOption {
  const option = trainOptions[name];
  if (option) return option;
  throw new TypeError(`${name} is not declared`);
}

/** Returns the names of the options that a kind of file may contain. */
export function optionsIn(file: 'experiment' | 'config'): readonly [name: string, ListedOption][] {
  return Object.entries(trainOptions).filter(([, { files }]) => files === file || files === 'both');
}

/** Returns an option's flag, such as `--text-pair`. */
export function flagOf({ flag }: Pick<TrainOption, 'flag'>): string {
  return flag?.split(' ')[0] ?? '';
}

function declared(name: string, row: Partial<TrainOption>): TrainOption {
  const core: Readonly<Record<string, TrainingOption>> = trainingOptions;
  const { type, meaning, ...others } = { ...core[name], ...row };
  if (type === undefined || meaning === undefined) throw new TypeError(`${name} is not declared`);
  return { ...others, type, meaning };
}
