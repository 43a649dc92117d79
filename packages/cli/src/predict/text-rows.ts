import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { addAbortSignal } from 'node:stream';
import {
  describeTask,
  folderSource,
  readTexts,
  type StreamedKind,
  streamedKinds,
  streamTexts,
  type TextStream,
  taskIds,
} from '@scalearn/datasets';
import { FolderError, UsageError } from '@scalearn/experiments';
import {
  asFolderError,
  fileReading,
  inFlags,
  type Reading,
  type StoredModel,
  statOf,
  textFileFlags,
} from '@scalearn/experiments/runs';

/** Options that say where texts are. */
export interface TextChoice extends Reading {
  readonly text?: string;
  readonly textPair?: string;
  /** A file; `-` for standard input. */
  readonly input?: string;
  readonly inputFormat?: StreamedKind;
  readonly textColumn?: string;
  readonly textPairColumn?: string;
}

/** What a model reads of a row. */
export interface ReadColumns {
  /** Columns that it was trained on; undefined if its folder does not name them. */
  readonly names: readonly string[] | undefined;
  /** Whether a row is a text with several choices. */
  readonly hasChoices: boolean;
}

/** Returns the columns that a model was trained on. */
export function readColumns({ run, info }: Pick<StoredModel, 'run' | 'info'>): ReadColumns {
  const own = run?.settings.own;
  if (own) return { names: own.textPair === null ? [own.text] : [own.text, own.textPair], hasChoices: false };
  const id = run?.task ?? info?.tasks[0]?.id;
  if (id === undefined || !taskIds.includes(id)) return { names: undefined, hasChoices: false };
  const { problem, columns } = describeTask(id);
  return { names: columns, hasChoices: problem === 'multipleChoice' };
}

/**
 * Opens the given texts: a single one, a file, or standard input. Files of separated values, JSON lines and lines of text
 * are read as their rows are asked for, others are read whole.
 *
 * @throws UsageError, FolderError, DatasetError
 */
export async function openTexts(
  choice: TextChoice,
  expected: ReadColumns,
  signal: AbortSignal,
): Promise<TextStream> {
  const { input } = choice;
  if (input === undefined) return onlyText(choice, expected);
  const stream = await inFlags(textFileFlags, () => openFile(choice, input, expected, signal));
  if (!expected.hasChoices) checkCount(stream.columns.length, expected.names, '--text-pair-column');
  return { ...stream, rows: inPredictFlags(stream.rows) };
}

function onlyText(
  { text, textPair, textColumn, textPairColumn, inputFormat }: TextChoice,
  { names, hasChoices }: ReadColumns,
): TextStream {
  if (text === undefined) throw new UsageError('give a text with --text, or a file of texts with --input');
  const column = textColumn ?? textPairColumn;
  if (column !== undefined)
    throw new UsageError(`the column ${column} belongs to a file; name the file with --input`);
  if (inputFormat !== undefined)
    throw new UsageError(`--input-format ${inputFormat} belongs to a file; name the file with --input`);
  if (hasChoices)
    throw new UsageError(
      `the model chooses between texts (${names?.join(', ')}); give a file with these columns with --input`,
    );
  const texts = textPair === undefined ? [text] : [text, textPair];
  checkCount(texts.length, names, '--text-pair');
  async function* rows(): AsyncGenerator<readonly string[], void, undefined> {
    yield texts;
  }
  return { columns: [], doubts: [], rows: rows() };
}

async function openFile(
  choice: TextChoice,
  input: string,
  { names, hasChoices }: ReadColumns,
  signal: AbortSignal,
): Promise<TextStream> {
  const { textColumn: text, textPairColumn: textPair } = choice;
  const isNamed = text !== undefined || textPair !== undefined;
  if (hasChoices && isNamed)
    throw new UsageError(
      `the model chooses between texts (${names?.join(', ')}); a file has these columns, so leave out --text-column`,
    );
  const { maxFileSize, ...reading } = fileReading(choice);
  const columns = { text, textPair, usual: names, ...(hasChoices && { exactly: names }) };
  const isStandard = input === '-';
  const path = resolve(input);
  if (!isStandard) await checkInput(path, input);
  const kind = choice.inputFormat ?? (isStandard ? 'txt' : kindOf(input));
  if (kind === undefined || !(isStandard || (await statOf(path))))
    return readTexts({
      ...{ ...reading, maxFileSize, ...columns },
      ...{ data: folderSource(dirname(path)), file: basename(path) },
    });
  const [name, bytes] = isStandard
    ? (['standard input', process.stdin] as const)
    : ([basename(path), createReadStream(path)] as const);
  return streamTexts(readable(addAbortSignal(signal, bytes), name, signal), {
    ...reading,
    ...columns,
    path: name,
    kind,
  });
}

/** Returns the kind of a file that is read row by row, by its name. */
function kindOf(name: string): StreamedKind | undefined {
  const end = /\.(\w+)$/.exec(name)?.[1]?.toLowerCase();
  return streamedKinds.find((kind) => kind === end);
}

async function* readable(
  bytes: AsyncIterable<Uint8Array>,
  name: string,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  try {
    yield* bytes;
  } catch (error) {
    throw signal.aborted ? signal.reason : asFolderError(error, `${name} could not be read`);
  }
}

/** Errors of later rows name the command's flags too. */
async function* inPredictFlags<T>(rows: AsyncIterable<T>): AsyncGenerator<T, void, undefined> {
  const iterator = rows[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await inFlags(textFileFlags, () => iterator.next());
      if (next.done) return;
      yield next.value;
    }
  } finally {
    await iterator.return?.();
  }
}

/** Checks that the input file exists. @throws FolderError if it does not */
async function checkInput(path: string, name: string): Promise<void> {
  // A compressed file is also found by its name without `.gz`.
  const found = await stat(path).catch(() => statOf(`${path}.gz`));
  if (found?.isDirectory()) throw new FolderError(`${name} is a folder; give one of its files with --input`);
  if (!found) throw new FolderError(`There is no file ${name}; check the path of the texts (--input)`);
}

/**
 * Checks that as many texts are given as the model reads.
 * @throws UsageError for a single text if the model takes pairs, or a pair if it takes single texts
 */
function checkCount(found: number, expected: readonly string[] | undefined, option: string): void {
  if (expected === undefined || found === expected.length) return;
  throw new UsageError(
    found === 1
      ? `the model was trained on pairs of texts (${expected.join(', ')}); give the second with ${option}`
      : `the model was trained on single texts (${expected.join(', ')}); leave out ${option}`,
  );
}
