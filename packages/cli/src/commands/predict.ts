import { stat } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import type { DeviceChoice, ModelOutput, TrainingExample } from '@scalearn/core';
import { describeTask, folderSource, type Problem, readTextFile, taskIds } from '@scalearn/datasets';
import { regressionPredictions } from '@scalearn/evaluation';
import { type Calibration, classifications } from '@scalearn/models';
import type { Command } from 'commander';
import { openDevice } from '../device.ts';
import { FolderError, UsageError } from '../errors.ts';
import { openStoredModel } from '../folders/model-folder.ts';
import { statOf } from '../folders/paths.ts';
import type { RunFile } from '../folders/run-schema.ts';
import { checkOutput, writeOutput } from '../folders/write-file.ts';
import { storedCalibration } from '../model/calibration.ts';
import { encoderOf, loadModelEncoder } from '../model/encoder-source.ts';
import { loadStoredModel } from '../model/load-model.ts';
import { choiceOption, encoderOption, pathOption } from '../options/command-line.ts';
import { fileReading, inFlags, type Reading, readingNames, textFileFlags } from '../options/own-data.ts';
import { trainOption } from '../options/train-options.ts';
import type { Reporter } from '../output/events.ts';
import { counted, cut, figure, table } from '../output/format.ts';
import { withReporter } from '../output/reporter.ts';
import { oneLine } from '../output/terminal.ts';
import { chosenTask } from '../tasks/model-task.ts';
import { doubtLines } from '../tasks/own-task-text.ts';
import type { CommandContext, Run } from './context.ts';

interface PredictArguments extends Reading {
  readonly model: string;
  /** Name of the task, for a model of several tasks. */
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

async function predict(given: PredictArguments, context: CommandContext): Promise<void> {
  const { terminal } = context;
  const { out, format = out === undefined ? 'table' : 'jsonl' } = given;
  const { predicted, labels } = await withReporter(terminal, { json: false, quiet: false }, (reporter) =>
    predictTexts(given, reporter, context),
  );
  const text =
    format === 'table'
      ? predictionTable(predicted, terminal.columns ?? 100, labels)
      : predictionLines(predicted);
  if (out === undefined) return terminal.out(text);
  const isFile = await writeOutput(out, text);
  // Without a file, standard output holds predictions only, so messages go to standard error.
  const say = isFile ? terminal.out : terminal.err;
  say(`${counted(predicted.length, 'prediction')} saved in ${oneLine(out)}\n`);
}

async function predictTexts(
  given: PredictArguments,
  reporter: Reporter,
  { signal, setup: { families, methods } }: CommandContext,
): Promise<{ readonly predicted: readonly Predicted[]; readonly labels: readonly string[] | null }> {
  const { model: path, out } = given;
  const stored = await openStoredModel(path, { signal });
  const chosen = chosenTask(stored, given.task);
  const { run } = chosen;
  const expected = textColumnsOf(run);
  if (out !== undefined) await checkOutput(out, given.overwrite === true);
  const texts = await readTexts(given, expected, reporter);
  const encoderName = await encoderOf(chosen, given.encoder);
  await using device = await openDevice(given.device, reporter.warn);
  using encoder = await loadModelEncoder(chosen, encoderName, { device, families, reporter, signal });
  using whole = await loadStoredModel(stored, encoder, reporter, [], methods.readers);
  const model = given.task === undefined ? whole : whole.for(given.task);
  if (model.task.problem === 'multipleChoice')
    throw new FolderError(
      `${path} is a model for multiple choice; predict labels single texts and pairs only`,
    );
  try {
    const batchSize = run?.settings.evalBatchSize ?? 32;
    const answers = await model.predictTexts(texts, { batchSize, signal, onProgress: reporter.progress });
    const calibration = (await storedCalibration(path))(model.task.id);
    const predictions = predictionsOf({ ...model.task, ...calibration }, answers);
    return {
      predicted: predictions.map((prediction, i) => ({ texts: texts[i]!, prediction })),
      labels: model.task.labels,
    };
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  }
}

/** Reads the given texts: a single one, or a file. */
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
      throw new UsageError(`the column ${column} belongs to a file; name the file with --input`);
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

/** A text with the model's prediction. */
export interface Predicted {
  readonly texts: readonly [string] | readonly [string, string];
  readonly prediction: Prediction;
}

/** Formats predictions as JSON lines, in the order of the texts. */
function predictionLines(predicted: readonly Predicted[]): string {
  const lines = predicted.map(({ texts: [text, textPair], prediction }, i) => ({
    ...{ row: i + 1, text },
    ...(textPair === undefined ? {} : { textPair }),
    ...prediction,
  }));
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}

/**
 * Most labels whose probabilities fit beside the texts. With more labels, only the probabilities of predicted labels
 * are shown.
 */
const mostColumns = 4;

/**
 * Formats predictions as a table with one line for each text.
 *
 * @param width characters of a line
 * @param order of the labels; the keys of an object do not keep this order for numbers
 */
export function predictionTable(
  predicted: readonly Predicted[],
  width: number,
  order: readonly string[] | null,
): string {
  const first = predicted[0]?.prediction;
  const names = first && 'probabilities' in first ? (order ?? []) : [];
  const shown = names.length <= mostColumns ? names : [];
  const header =
    first && 'score' in first ? ['score'] : ['label', ...(shown.length > 0 ? shown : ['probability'])];
  const cells = [header, ...predicted.map(({ prediction }) => predictionCells(prediction, shown))];
  const taken = header.map((_, i) => 2 + Math.max(...cells.map((row) => (row[i] as string).length)));
  const room = Math.max(16, width - taken.reduce((a, b) => a + b, 0));
  const texts = predicted.map(({ texts }) => cut(texts.join(' | '), room));
  return table(['text', ...texts].map((text, i) => [text, ...(cells[i] as string[])]));
}

function predictionCells(prediction: Prediction, shown: readonly string[]): string[] {
  if ('score' in prediction) return [figure(prediction.score)];
  const { probabilities } = prediction;
  const labels = 'label' in prediction ? [prediction.label] : prediction.labels;
  const which = shown.length > 0 ? shown : labels;
  const figures = which.map((name) => figure(probabilities[name]));
  return [labels.join(', ') || '-', ...(shown.length > 0 ? figures : [figures.join(', ') || '-'])];
}

/** A model's prediction for one text. */
export type Prediction =
  | { readonly label: string; readonly probabilities: Readonly<Record<string, number>> }
  | { readonly labels: readonly string[]; readonly probabilities: Readonly<Record<string, number>> }
  | { readonly score: number };

/** Converts logits to predictions: the most probable class, all labels with a probability above 0.5, or a score. */
function predictionsOf(
  {
    problem,
    labels,
    temperature,
    threshold,
  }: Calibration & { readonly problem: Problem; readonly labels: readonly string[] | null },
  answers: ModelOutput,
): Prediction[] {
  if (problem === 'regression' || labels === null)
    return Array.from(regressionPredictions(answers), (score) => ({ score }));
  return classifications({ temperature, threshold, problem, labels }, answers).map((found) =>
    problem === 'multiLabelClassification'
      ? { labels: found.labels, probabilities: found.scores }
      : { label: found.label, probabilities: found.scores },
  );
}

/**
 * Returns the columns of the one or two texts that a model reads; undefined if its folder does not name them, or if it
 * reads multiple-choice rows.
 */
function textColumnsOf(run: Pick<RunFile, 'task' | 'settings'> | undefined): readonly string[] | undefined {
  const own = run?.settings.own;
  if (own) return own.textPair === null ? [own.text] : [own.text, own.textPair];
  if (run === undefined || !taskIds.includes(run.task)) return undefined;
  const { problem, columns } = describeTask(run.task);
  return problem === 'multipleChoice' ? undefined : columns;
}
