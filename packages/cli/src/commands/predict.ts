import type { DeviceChoice, WeightStorage } from '@scalearn/core';
import { type StreamedKind, streamedKinds, type TextStream } from '@scalearn/datasets';
import { UsageError } from '@scalearn/experiments';
import {
  checkOutput,
  chosenTask,
  count,
  counted,
  doubtLines,
  encoderOf,
  loadModelEncoder,
  loadStoredModel,
  OutputFile,
  openStoredModel,
  type Reporter,
  readingNames,
  storedCalibration,
  textFileFlags,
} from '@scalearn/experiments/runs';
import { Option } from 'commander';
import { openDevice } from '../devices/open-device.ts';
import type { CheckedCommand } from '../options/checked-command.ts';
import { choiceOption, encoderOption, numberBetween, pathOption } from '../options/command-line.ts';
import { trainOption } from '../options/train-options.ts';
import type { PredictedEvent } from '../output/events.ts';
import {
  type PredictionFormat,
  type PredictionLayout,
  predictionFormats,
  predictionLine,
  predictionText,
} from '../output/predictions.ts';
import { jsonLine, withReporter } from '../output/reporter.ts';
import { oneLine, type Terminal } from '../output/terminal.ts';
import { predictRows } from '../predict/predictor.ts';
import { openTexts, readColumns, type TextChoice } from '../predict/text-rows.ts';
import { inWindows } from '../predict/windows.ts';
import type { CommandContext, Run } from './context.ts';

interface PredictArguments extends TextChoice {
  readonly model: string;
  /** Name of the task, for a model of several tasks. */
  readonly task?: string;
  readonly threshold?: number;
  readonly out?: string;
  readonly overwrite?: boolean;
  readonly format?: PredictionFormat;
  readonly encoder?: string;
  readonly device?: DeviceChoice;
  readonly precision?: WeightStorage;
  readonly json?: boolean;
}

export function addPredict(root: CheckedCommand, run: Run): void {
  const command = root
    .command('predict')
    .summary('label texts with a trained model')
    .description('Gives the labels of texts with their probabilities, or their scores.')
    .addOption(
      pathOption(
        '--model <dir>',
        'folder of the model, or hf: with its name on the hub',
      ).makeOptionMandatory(),
    )
    .addOption(pathOption('--task <task>', 'which of its tasks, for a model of several'))
    .addOption(pathOption('--text <text>', 'a text').conflicts('input'))
    .needs('text', { or: 'input' })
    .addOption(pathOption('--text-pair <text>', 'its second text, for a model of pairs').conflicts('input'))
    .addOption(
      pathOption(
        '--input <file>',
        'texts in a .csv, .tsv, .jsonl, .txt, .json or .parquet file; - for standard input',
      ),
    )
    .addOption(
      choiceOption('--input-format <kind>', 'by default from the name, txt for standard input', [
        ...(streamedKinds satisfies readonly StreamedKind[]),
      ]),
    )
    .addOption(pathOption('--text-column <column>', 'column of the texts (default: as trained)'))
    .addOption(pathOption('--text-pair-column <column>', 'column of the second texts'))
    .addOption(
      new Option(
        '--threshold <p>',
        'probability above which a label is predicted, for a multi-label model (default: as trained)',
      ).argParser(numberBetween(0, 1)),
    )
    .addOption(pathOption('--out <file>', 'write to a file instead of the screen'))
    .option('--overwrite', 'replace the file')
    .addOption(
      choiceOption(
        '--format <kind>',
        'by default from the name of --out, jsonl for others, a table on the screen',
        [...predictionFormats],
      ),
    )
    .addOption(encoderOption('--encoder <name>'))
    .addOption(trainOption('device'))
    .addOption(trainOption('precision'))
    .option('--json', 'one JSON object per line on standard output')
    .addHelpText('after', examples)
    .action((given: PredictArguments) => run((context) => predict(given, context)));
  for (const name of readingNames) if (name !== 'decimal') command.addOption(trainOption(name));
}

const examples = `
Examples:
  scalearn predict --model runs/reviews --text "Great value."
  scalearn predict --model runs/rte --text "Anna has two cats." --text-pair "Anna has a cat."
  scalearn predict --model runs/reviews --input new.csv --out predictions.csv
  cat lines.txt | scalearn predict --model runs/reviews --input - --format jsonl
`;

async function predict(given: PredictArguments, context: CommandContext): Promise<void> {
  const { terminal } = context;
  const { out, json = false } = given;
  if (json && given.format !== undefined && out === undefined)
    throw new UsageError('--json decides the format of standard output; leave out --format, or give --out');
  const { isFile, ...event } = await withReporter(terminal, { json: false, quiet: json }, (reporter) =>
    predictTexts(given, reporter, context),
  );
  if (json) return jsonLine(terminal, event);
  if (out === undefined) return;
  // Without a file, standard output holds predictions only, so messages go to standard error.
  const say = isFile ? terminal.out : terminal.err;
  say(`${counted(event.rows, 'prediction')} saved in ${oneLine(out)}\n`);
}

async function predictTexts(
  given: PredictArguments,
  reporter: Reporter,
  { terminal, signal, setup: { families, methods } }: CommandContext,
): Promise<PredictedEvent & { readonly isFile: boolean }> {
  const { model: path, out, threshold } = given;
  const stored = await openStoredModel(path, { signal });
  const chosen = chosenTask(stored, given.task);
  if (out !== undefined) await checkOutput(out, given.overwrite === true);
  const columns = readColumns(chosen);
  const texts = await openTexts(given, columns, signal);
  noteTexts(given, texts, reporter);
  const encoderName = await encoderOf(chosen, given.encoder);
  await using device = await openDevice(given.device, reporter.warn, given);
  using encoder = await loadModelEncoder(chosen, encoderName, { device, families, reporter, signal });
  using whole = await loadStoredModel(stored, encoder, reporter, [], methods.readers);
  const model = given.task === undefined ? whole : whole.for(given.task);
  const { id: task, problem } = model.task;
  if (threshold !== undefined && problem !== 'multiLabelClassification')
    throw new UsageError(
      `--threshold is for multi-label models, and ${path} is for ${problem}; leave it out`,
    );
  const calibration = storedCalibration(stored)(task);
  const batchSize = chosen.run?.settings.evalBatchSize ?? 32;
  const how = {
    ...{ batchSize, signal },
    calibration: threshold === undefined ? calibration : { ...calibration, threshold },
  };
  const began = performance.now();
  const layout: PredictionLayout = {
    ...{ labels: model.task.labels, isMultiLabel: problem === 'multiLabelClassification' },
    texts: columns.hasChoices
      ? (columns.names ?? [])
      : ['text', 'textPair'].slice(0, columnCount(given, texts)),
    width: terminal.columns ?? 100,
  };
  const answered = inWindows(texts.rows, batchSize * batchesOfWindow, (rows) =>
    predictRows(model, rows, how),
  );
  const { rows, isFile } = await writeAll(answered, layout, given, { reporter, terminal, signal, began });
  const seconds = (performance.now() - began) / 1000;
  const rowsPerSecond = rows / seconds;
  if (given.input !== undefined)
    reporter.note(
      `${counted(rows, 'row')} in ${seconds.toFixed(1)} s, ${rateText(rowsPerSecond)} rows a second`,
    );
  return {
    ...{ event: 'done', task, rows, seconds, rowsPerSecond, device: device.kind },
    ...{ model: path, out: out ?? null, isFile },
  };
}

/** Batches of rows that are read before they are predicted: enough to put rows of similar length together. */
const batchesOfWindow = 16;

const columnCount = ({ input, textPair }: PredictArguments, { columns }: TextStream): number =>
  input === undefined ? (textPair === undefined ? 1 : 2) : columns.length;

const rateText = (rate: number): string => (rate < 10 ? rate.toFixed(1) : count(rate));

/** Says which columns are read, and which guesses may be wrong. */
function noteTexts({ input }: PredictArguments, { columns, doubts }: TextStream, reporter: Reporter): void {
  if (input === undefined) return;
  const names = columns.map((column) => `'${column}'`).join(' and ');
  reporter.note(`texts of ${input === '-' ? 'standard input' : input} from ${names}`);
  for (const line of doubtLines(doubts, textFileFlags)) reporter.note(line);
}

/** Interval between lines about how many rows are done. */
const millisecondsBetweenLines = 20_000;

/** Writes predictions as they come: to a file, which appears when it is complete, or to standard output. */
async function writeAll(
  answered: ReturnType<typeof inWindows<readonly string[], Awaited<ReturnType<typeof predictRows>>[number]>>,
  layout: PredictionLayout,
  { out, json = false, format }: PredictArguments,
  {
    reporter,
    terminal,
    signal,
    began,
  }: {
    readonly reporter: Reporter;
    readonly terminal: Terminal;
    readonly signal: AbortSignal;
    readonly began: number;
  },
): Promise<{ readonly rows: number; readonly isFile: boolean }> {
  await using file = out === undefined ? undefined : await OutputFile.open(out);
  const textOf = predictionText(format ?? formatOf(out), layout);
  let rows = 0;
  let said = began;
  for await (const window of answered) {
    signal.throwIfAborted();
    const predicted = window.map(([texts, prediction]) => ({ texts, prediction }));
    if (file) await file.write(textOf(predicted, rows + 1));
    else if (json)
      for (const [i, each] of predicted.entries())
        jsonLine(terminal, { event: 'prediction', ...predictionLine(each, rows + i + 1, layout) });
    else terminal.out(textOf(predicted, rows + 1));
    rows += window.length;
    const now = performance.now();
    if (now - said < millisecondsBetweenLines) continue;
    said = now;
    const rate = rows / ((now - began) / 1000);
    reporter.note(`${counted(rows, 'row')} done, ${rateText(rate)} rows a second`);
  }
  return { rows, isFile: (await file?.finish()) ?? false };
}

/** Returns the format of the predictions by the name of their file. */
function formatOf(out: string | undefined): PredictionFormat {
  if (out === undefined) return 'table';
  const end = /\.(\w+)$/.exec(out)?.[1]?.toLowerCase();
  return end === 'csv' || end === 'tsv' ? end : 'jsonl';
}
