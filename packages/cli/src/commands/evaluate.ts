import { join } from 'node:path';
import type { DeviceChoice } from '@scalearn/core';
import { loadEncoder } from '@scalearn/encoders';
import { NonFiniteLogitError } from '@scalearn/evaluation';
import { type Command, Option } from 'commander';
import { openDevice } from '../device.ts';
import { FolderError, fromFile, StoppedError, UsageError } from '../errors.ts';
import { openModelFolder } from '../folders/model-folder.ts';
import { type RunFile, readRunFile, runFileName } from '../folders/run-json.ts';
import { loadData } from '../model/data.ts';
import { loadModel } from '../model/load-model.ts';
import { namedTask, trainedTask } from '../model/model-task.ts';
import { score, scoreTest, testMetrics } from '../model/scores.ts';
import { encoderOf } from '../model/stored-encoder.ts';
import { columnOptions, type OwnDataArguments } from '../options/own-data.ts';
import { deviceOption } from '../options/train-options.ts';
import { choiceOption, pathOption, wholeNumber } from '../options/values.ts';
import type { EvaluatedEvent, SplitScore } from '../output/events.ts';
import { jsonLine } from '../output/json.ts';
import { ownTaskLines } from '../output/own-task.ts';
import { loadingProgress } from '../output/phases.ts';
import { createReporter, type Reporter } from '../output/reporter.ts';
import { scoreTable } from '../output/table.ts';
import type { CommandContext, Run } from './context.ts';

interface EvaluateArguments extends Omit<OwnDataArguments, 'problem'> {
  readonly model: string;
  readonly task?: string;
  readonly data?: string;
  readonly encoder?: string;
  readonly split?: 'test' | 'validation' | 'train';
  readonly evalLimit?: number;
  readonly device?: DeviceChoice;
  readonly json?: boolean;
}

export function addEvaluate(root: Command, run: Run): void {
  const command = root
    .command('evaluate')
    .summary('score a trained model')
    .description("Scores a model. What is not given comes from the model's run.json.")
    .addOption(pathOption('--model <dir>', 'folder of the model').makeOptionMandatory())
    .addOption(pathOption('--task <task>', 'another task than the trained one, or a file of labelled rows'))
    .addOption(pathOption('--data <dir>', "the task's data, where it has moved"))
    .addOption(pathOption('--encoder <name>', 'hub name or local folder of the encoder'))
    .addOption(
      choiceOption('--split <name>', 'rows to score', ['test', 'validation', 'train']).default('test'),
    )
    .addOption(new Option('--eval-limit <n>', 'score the first n rows').argParser(wholeNumber(1)))
    .addOption(deviceOption())
    .option('--json', 'one JSON object on standard output')
    .addHelpText('after', examples)
    .action((given: EvaluateArguments) => run((context) => evaluate(given, context)));
  for (const option of columnOptions()) command.addOption(option);
}

const examples = `
Examples:
  scalearn evaluate --model runs/rte
  scalearn evaluate --model runs/reviews --task new-reviews.csv
`;

/** `scalearn evaluate`: what is not given comes from the model's `run.json`. */
async function evaluate(given: EvaluateArguments, { terminal, signal }: CommandContext): Promise<void> {
  // With --json there is one object alone.
  const reporter = createReporter(terminal, { json: false, quiet: given.json === true });
  try {
    const { event, scores } = await scoreModel(given, reporter, signal);
    reporter.close();
    if (given.json) jsonLine(terminal, event);
    else terminal.out(scoreTable(event, scores));
  } finally {
    reporter.close();
  }
}

async function scoreModel(
  given: EvaluateArguments,
  reporter: Reporter,
  signal: AbortSignal,
): Promise<{ readonly event: EvaluatedEvent; readonly scores: Readonly<Record<string, SplitScore>> }> {
  const { split = 'test', model: path } = given;
  const runPath = join(path, runFileName);
  // Says so where there is no such folder.
  await openModelFolder(path);
  const run = await readRunFile(path);
  checkGiven(given, run);
  const encoderName = await encoderOf(path, given.encoder, run);
  const isNamed = given.task !== undefined;
  const found = isNamed
    ? await namedTask(path, { ...given, task: given.task as string }, run)
    : await trainedTask(path, given, run as RunFile);
  const task = await loadData(found, {
    maxLength: run?.settings.maxLength ?? found.info.maxLength,
    limit: run?.settings.limit ?? null,
    evalLimit: given.evalLimit ?? run?.settings.evalLimit ?? null,
  });
  const { id } = task;
  if (isNamed && found.own) reporter.note(ownTaskLines(found.own, task)[0] as string);
  if (run && run.task === id && !(isNamed && found.own) && run.data.fingerprint !== task.fingerprint)
    reporter.warn(`the data in ${found.path} has changed since ${path} was trained`);
  await using device = await openDevice(given.device, (text) => reporter.warn(text));
  const layers = run?.encoder.shape.layers;
  using encoder = await fromFile(runPath, () =>
    loadEncoder(encoderName, { device, layers, ...loadingProgress(reporter) }),
  );
  using model = await loadModel(path, encoder, task);
  const onProgress = reporter.progress;
  const options = { batchSize: run?.settings.evalBatchSize ?? 32, signal, onProgress };
  const evalRows = given.evalLimit === undefined ? task[split] : task[split].slice(0, given.evalLimit);
  try {
    const scores =
      split === 'test'
        ? await scoreTest(model, task, options)
        : { [split]: await score(model, task, evalRows, options) };
    const first = scores[split];
    const event: EvaluatedEvent = {
      event: 'done',
      task: id,
      method: run?.method ?? (await model.snapshot()).method.name,
      split,
      rows: first?.rows ?? 0,
      metrics: split === 'test' ? testMetrics(scores) : (first?.metrics ?? {}),
      loss: first?.loss ?? null,
      device: device.kind,
      model: given.model,
    };
    return { event, scores };
  } catch (error) {
    if (error instanceof NonFiniteLogitError)
      throw new FolderError(
        `${given.model} predicts no finite number for row ${error.row} of the ${split} split; its files are damaged, or its training had diverged: restore them, or train it again`,
        { cause: error },
      );
    throw signal.aborted ? new StoppedError('Interrupted; nothing was changed.', { cause: error }) : error;
  }
}

/** @throws UsageError that names the options that are needed where there is no `run.json` */
function checkGiven({ model, encoder, task }: EvaluateArguments, run: RunFile | undefined): void {
  const needed = Object.entries({ encoder, task })
    .filter(([, value]) => value === undefined)
    .map(([name]) => `--${name}`);
  if (!run && needed.length > 0)
    throw new UsageError(`${model} has no run.json, so ${needed.join(' and ')} must be given`);
}
