import { basename, dirname, relative, resolve } from 'node:path';
import {
  describeTask,
  type FileTask,
  type FileTaskOptions,
  folderSource,
  readFileTask,
  type TaskInfo,
  taskIds,
} from '@scalearn/datasets';
import { FolderError, UsageError } from '../errors.ts';
import { statOf } from '../folders/paths.ts';
import {
  type Flags,
  fileReading,
  inFlags,
  namesIn,
  type OwnDataArguments,
  ownDataFlags,
  problems,
  type Reading,
  readingOf,
} from '../options/own-data.ts';

/** Options that select a task. */
export interface TaskChoice extends OwnDataArguments {
  /** Id of a task, or path of the user's own file or folder. */
  readonly task: string;
  /** Folder of the data of a packaged task; by default the hub, or the rows that it generates. */
  readonly data?: string | undefined;
}

/** A task whose rows are not loaded yet. */
export interface FoundTask {
  /** Problem, labels, columns and metrics. */
  readonly info: TaskInfo;
  /** Absolute path of its data; null for a task that comes from the hub or generates its rows. */
  readonly path: string | null;
  /** The files that were read, if they are the user's own. */
  readonly own?: FileTask;
  /** Options given for reading them; absent if none were. */
  readonly reading?: Reading;
}

/**
 * Finds a packaged task by its id, or reads a task from files.
 *
 * @param more about reading files, such as the settings of a trained model
 * @throws UsageError for options that exclude each other, UnknownTaskError, FolderError, DatasetError
 */
export function findTask(choice: TaskChoice, more: KnownOfFiles = {}): Promise<FoundTask> {
  return inFlags(more.flags ?? ownDataFlags, () => find(choice, more));
}

/** What is known besides the choice, such as the settings of a trained model. */
export interface KnownOfFiles
  extends Pick<FileTaskOptions, 'labels' | 'problem' | 'scoreOnly' | 'maxLength'> {
  /** Names of the file options, for messages. */
  readonly flags?: Flags;
}

async function find(choice: TaskChoice, { flags: _, ...more }: KnownOfFiles): Promise<FoundTask> {
  const { task, data } = choice;
  if (taskIds.includes(task)) return packagedTask(choice);
  const found = await statOf(task);
  // packagedTask throws an error that lists the tasks.
  if (found === undefined && !isPath(task)) return packagedTask(choice);
  if (found === undefined)
    throw new FolderError(`There is no file or folder ${task}; check the path of the task (--task)`);
  if (data !== undefined)
    throw new UsageError(
      `--data is for tasks that are named by an id; ${task} has its own rows, so leave it out`,
    );
  const { text, textPair, problem } = choice;
  if (textPair !== undefined && text === undefined)
    throw new UsageError('--text-pair names the column of the second text, so --text must name the first');
  const path = resolve(task);
  const isFolder = found.isDirectory();
  const own = await readFileTask({
    ...{ text, textPair, label: columnsIn(choice.label), labels: namesIn(choice.labels) },
    ...{ ...fileReading(choice), ...more },
    data: folderSource(isFolder ? path : dirname(path)),
    file: isFolder ? undefined : basename(path),
    name: basename(path),
    problem: problem === undefined ? more.problem : problems[problem],
  });
  const reading = readingOf(choice);
  return { info: own.info, path, own, ...(Object.keys(reading).length > 0 && { reading }) };
}

/** Returns a single column as its name. */
function columnsIn(label: readonly string[] | undefined): string | readonly string[] | undefined {
  const [only, ...more] = label ?? [];
  return more.length === 0 ? only : label;
}

function packagedTask(choice: TaskChoice): FoundTask {
  const { task, data } = choice;
  const info = describeTask(task);
  for (const [key, flag] of Object.entries(ownDataFlags))
    if (choice[key as keyof OwnDataArguments] !== undefined)
      throw new UsageError(`${flag} is for files of your own; ${task} has its columns, so leave it out`);
  if (data === undefined) return { info, path: null };
  if (info.files === undefined) throw new UsageError(`${task} generates its rows; leave out --data`);
  return { info, path: resolve(data) };
}

/** Returns whether a text cannot be the id of a task. */
function isPath(task: string): boolean {
  return /^[./~\\]|[\\/].*[\\/]|\.(csv|tsv|jsonl?|parquet)(\.gz)?$/i.test(task);
}

/** Returns the name of a task for people: its id, or the path of its file or folder relative to the current folder. */
export function shownTask({ info, path, own }: Pick<FoundTask, 'info' | 'path' | 'own'>): string {
  if (own === undefined || path === null) return info.id;
  const near = relative('.', path);
  return near === '' || near.startsWith('..') ? path : near;
}
