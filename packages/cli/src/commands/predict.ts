import { stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { DeviceChoice, TrainingExample } from '@scalearn/core';
import { folderSource, readTextFile } from '@scalearn/datasets';
import { loadEncoder } from '@scalearn/encoders';
import type { Command } from 'commander';
import { openDevice } from '../device.ts';
import { FolderError, fromFile, StoppedError, UsageError } from '../errors.ts';
import { openModelFolder } from '../folders/model-folder.ts';
import { readRunFile, runFileName } from '../folders/run-json.ts';
import { checkOutput, writeOutput } from '../folders/write-file.ts';
import { textColumnsOf } from '../model/expected-texts.ts';
import { loadModel } from '../model/load-model.ts';
import { predictionsOf } from '../model/predictions.ts';
import { encoderOf } from '../model/stored-encoder.ts';
import { chosenRun } from '../model/task-run.ts';
import { inFlags, textFileFlags } from '../options/flags.ts';
import { fileReading, type Reading, readingNames } from '../options/own-data.ts';
import { trainOption } from '../options/train-options.ts';
import { choiceOption, encoderOption, pathOption } from '../options/values.ts';
import { counted } from '../output/format.ts';
import { doubtLines } from '../output/own-task.ts';
import { loadingProgress } from '../output/phases.ts';
import { type Predicted, predictionLines, predictionTable } from '../output/predictions.ts';
import { oneLine } from '../output/printable.ts';
import { createReporter, type Reporter } from '../output/reporter.ts';
import type { CommandContext, Run } from './context.ts';

interface PredictArguments extends Reading {
  readonly model: string;
  /** Of a model of several. */
  readonly task?: string;
  readonly text?: string;
  readonly textPair?: string;
  readonly input?: string;
  readonly textColumn?: string;
  readonly textPairColumn?: string;
  readonly out?: string;
  readonly overwrite?: boolean;
  readonly format?: 'table' | 'jsonl';
  readonly encoder?: string;
  readonly device?: DeviceChoice;
}

export function addPredict(root: Command, run: Run): void {
  const command = root
    .command('predict')
    .summary('label texts with a trained model')
    .description('Gives the labels of texts with their probabilities, or their scores.')
    .addOption(pathOption('--model <dir>', 'folder of the model').makeOptionMandatory())
    .addOption(pathOption('--task <task>', 'which of its tasks, for a model of several'))
    .addOption(pathOption('--text <text>', 'a text').conflicts('input'))
    .addOption(pathOption('--text-pair <text>', 'its second text, for a model of pairs').conflicts('input'))
    .addOption(pathOption('--input <file>', 'texts in a .csv, .tsv, .jsonl, .json or .parquet file'))
    .addOption(pathOption('--text-column <column>', 'column of the texts (default: as trained)'))
    .addOption(pathOption('--text-pair-column <column>', 'column of the second texts'))
    .addOption(pathOption('--out <file>', 'write to a file instead of the screen'))
    .option('--overwrite', 'replace the file')
    .addOption(choiceOption('--format <kind>', 'by default a table, in a file jsonl', ['table', 'jsonl']))
    .addOption(encoderOption('--encoder <name>'))
    .addOption(trainOption('device'))
    .addHelpText('after', examples)
    .action((given: PredictArguments) => run((context) => predict(given, context)));
  for (const name of readingNames) if (name !== 'decimal') command.addOption(trainOption(name));
}

const examples = `
Examples:
  scalearn predict --model runs/reviews --text "Great value."
  scalearn predict --model runs/rte --text "Anna has two cats." --text-pair "Anna has a cat."
  scalearn predict --model runs/reviews --input new.csv --out predictions.jsonl
`;

/** `scalearn predict`: what a trained or merged model says about texts. */
async function predict(given: PredictArguments, context: CommandContext): Promise<void> {
  const { terminal } = context;
  const { out, format = out === undefined ? 'table' : 'jsonl' } = given;
  const reporter = createReporter(terminal, { json: false, quiet: false });
  try {
    const { predicted, labels } = await predictTexts(given, reporter, context);
    reporter.close();
    const text =
      format === 'table'
        ? predictionTable(predicted, terminal.columns ?? 100, labels)
        : predictionLines(predicted);
    if (out === undefined) return terminal.out(text);
    const isFile = await writeOutput(out, text);
    // Behind a pipe, what is said would be taken for a prediction.
    (isFile ? terminal.out : terminal.err)(
      `${counted(predicted.length, 'prediction')} saved in ${oneLine(out)}\n`,
    );
  } finally {
    reporter.close();
  }
}

async function predictTexts(
  given: PredictArguments,
  reporter: Reporter,
  { signal, setup }: Pick<CommandContext, 'signal' | 'setup'>,
): Promise<{ readonly predicted: readonly Predicted[]; readonly labels: readonly string[] | null }> {
  const { model: path, out } = given;
  await openModelFolder(path);
  const run = chosenRun(path, await readRunFile(path), given.task);
  const expected = textColumnsOf(run);
  if (out !== undefined) await checkOutput(out, given.overwrite === true);
  const texts = await readTexts(given, expected, reporter);
  const encoderName = await encoderOf(path, given.encoder, run);
  await using device = await openDevice(given.device, (text) => reporter.warn(text));
  const layers = run?.encoder.shape.layers;
  using encoder = await fromFile(join(path, runFileName), () =>
    loadEncoder(encoderName, { device, layers, ...loadingProgress(reporter, signal) }),
  );
  using whole = await loadModel(path, encoder, reporter, [], setup.methods.readers);
  const model = given.task === undefined ? whole : whole.for(given.task);
  if (model.task.problem === 'multipleChoice')
    throw new FolderError(`${path} chooses between several texts; predict labels single ones and pairs`);
  try {
    const batchSize = run?.settings.evalBatchSize ?? 32;
    const answers = await model.answer(texts, { batchSize, signal, onProgress: reporter.progress });
    const predictions = predictionsOf(model.task, answers);
    return {
      predicted: predictions.map((prediction, i) => ({ texts: texts[i]!, prediction })),
      labels: model.task.labels,
    };
  } catch (error) {
    throw signal.aborted ? new StoppedError('Interrupted; nothing was changed.', { cause: error }) : error;
  }
}

/** The texts that were given, one or a file of them. */
async function readTexts(
  given: PredictArguments,
  expected: readonly string[] | undefined,
  reporter: Reporter,
): Promise<readonly TrainingExample['segments'][]> {
  const { text, textPair, input, textColumn, textPairColumn } = given;
  if (input === undefined) {
    if (text === undefined) throw new UsageError('give a text with --text, or a file of texts with --input');
    const column = textColumn ?? textPairColumn;
    if (column !== undefined)
      throw new UsageError(`the column ${column} is one of a file; name the file with --input`);
    const texts: TrainingExample['segments'] = textPair === undefined ? [text] : [text, textPair];
    checkCount(texts.length, expected, '--text-pair');
    return [texts];
  }
  const path = resolve(input);
  await checkInput(path, input);
  const { columns, texts, doubts } = await inFlags(textFileFlags, () =>
    readTextFile({
      ...fileReading(given),
      ...{ data: folderSource(dirname(path)), file: basename(path) },
      ...{ text: textColumn, textPair: textPairColumn, usual: expected },
    }),
  );
  checkCount(texts[0]!.length, expected, '--text-pair-column');
  const named = columns.textPair === null ? '' : ` and '${columns.textPair}'`;
  reporter.note(`${counted(texts.length, 'row')} of ${input}, texts from '${columns.text}'${named}`);
  for (const line of doubtLines(doubts, textFileFlags)) reporter.note(line);
  return texts;
}

/** @throws FolderError where there is no such file */
async function checkInput(path: string, name: string): Promise<void> {
  // A compressed file is also found without the end of its name.
  const found = await stat(path).catch(() => stat(`${path}.gz`).catch(() => undefined));
  if (found?.isDirectory()) throw new FolderError(`${name} is a folder; give one of its files with --input`);
  if (!found) throw new FolderError(`There is no file ${name}; check the path of the texts (--input)`);
}

/** @throws UsageError for a single text where the model takes pairs, or a pair where it takes single ones */
function checkCount(found: number, expected: readonly string[] | undefined, option: string): void {
  if (expected === undefined || found === expected.length) return;
  throw new UsageError(
    found === 1
      ? `the model was trained on pairs of texts (${expected.join(', ')}); give the second with ${option}`
      : `the model was trained on single texts (${expected.join(', ')}); leave out ${option}`,
  );
}
