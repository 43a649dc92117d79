import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { DeviceChoice } from '@scalearn/core';
import { describeTask } from '@scalearn/datasets';
import { loadEncoder } from '@scalearn/encoders';
import { NonFiniteLogitError } from '@scalearn/evaluation';
import { type Command, Option } from 'commander';
import { openDevice } from '../device.ts';
import { FolderError, fromFile, StoppedError, UsageError } from '../errors.ts';
import { openModelFolder } from '../folders/model-folder.ts';
import { type RunFile, readRunFile, runFileName } from '../folders/run-json.ts';
import { loadData } from '../model/data.ts';
import { localEncoder } from '../model/encoder-name.ts';
import { loadModel } from '../model/load-model.ts';
import { score, scoreTest, testMetrics } from '../model/scores.ts';
import { deviceOption } from '../options/train-options.ts';
import { pathOption, wholeNumber } from '../options/values.ts';
import type { EvaluatedEvent } from '../output/events.ts';
import { jsonLine } from '../output/json.ts';
import { scoreTable } from '../output/table.ts';
import type { CommandContext, Run } from './context.ts';

interface EvaluateArguments {
  readonly model: string;
  readonly task?: string;
  readonly data?: string;
  readonly encoder?: string;
  readonly split?: 'test' | 'validation' | 'train';
  readonly limit?: number;
  readonly evalLimit?: number;
  readonly device?: DeviceChoice;
  readonly json?: boolean;
}

export function addEvaluate(root: Command, run: Run): void {
  root
    .command('evaluate')
    .summary('score a trained model')
    .description("Scores a model. What is not given comes from the model's run.json.")
    .addOption(pathOption('--model <dir>', 'folder of the model').makeOptionMandatory())
    .addOption(pathOption('--task <id>', 'task, if another than the trained one'))
    .addOption(pathOption('--data <dir>', "folder that holds the task's folder"))
    .addOption(pathOption('--encoder <name>', 'hub name or local folder of the encoder'))
    .addOption(
      new Option('--split <name>', 'rows to score').choices(['test', 'validation', 'train']).default('test'),
    )
    .addOption(new Option('--eval-limit <n>', 'score the first n rows').argParser(wholeNumber(1)))
    .addOption(deviceOption())
    .option('--json', 'one JSON object on standard output')
    .addHelpText('after', '\nExample:\n  scalearn evaluate --model runs/rte\n')
    .action((given: EvaluateArguments) => run((context) => evaluate(given, context)));
}

/** `scalearn evaluate`: what is not given comes from the model's `run.json`. */
async function evaluate(given: EvaluateArguments, { terminal, signal }: CommandContext): Promise<void> {
  const { split = 'test' } = given;
  const runPath = join(given.model, runFileName);
  // Says so where there is no such folder.
  await openModelFolder(given.model);
  const run = await readRunFile(given.model);
  const { encoder: encoderName, task: id, data } = await whereFrom(given, run);
  await localEncoder(encoderName);
  const info = given.task === undefined ? await fromFile(runPath, () => describeTask(id)) : describeTask(id);
  const task = await loadData(id, {
    data,
    maxLength: run?.settings.maxLength ?? info.maxLength,
    limit: run?.settings.limit ?? null,
    evalLimit: given.evalLimit ?? run?.settings.evalLimit ?? null,
  });
  if (run && run.task === id && run.data.fingerprint !== task.fingerprint)
    terminal.err(`warning: the data in ${data} has changed since ${given.model} was trained\n`);
  await using device = await openDevice(given.device, (text) => terminal.err(`warning: ${text}\n`));
  const layers = run?.encoder.shape.layers;
  using encoder = await fromFile(runPath, () => loadEncoder(encoderName, { device, layers }));
  using model = await loadModel(given.model, encoder, task);
  const options = { batchSize: run?.settings.evalBatchSize ?? 32, signal };
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
    if (given.json) jsonLine(terminal, event);
    else terminal.out(scoreTable(event, scores));
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
async function whereFrom(
  { model, encoder, task, data }: EvaluateArguments,
  run: RunFile | undefined,
): Promise<{ encoder: string; task: string; data: string }> {
  const needed = Object.entries({ encoder, task, data })
    .filter(([, value]) => value === undefined)
    .map(([name]) => `--${name}`);
  if (!run && needed.length > 0)
    throw new UsageError(`${model} has no run.json, so ${needed.join(', ')} must be given`);
  const stored = run?.encoder;
  const isThere = stored?.path && (await stat(stored.path).catch(() => undefined)) !== undefined;
  return {
    encoder: encoder ?? ((isThere ? stored.path : stored?.source) as string),
    task: task ?? (run?.task as string),
    data: resolve(data ?? (run?.data.path as string)),
  };
}
