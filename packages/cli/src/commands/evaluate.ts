import type { DeviceChoice, PredictOptions, TrainedModel } from '@scalearn/core';
import { type Task, taskIds } from '@scalearn/datasets';
import { NonFiniteLogitError } from '@scalearn/evaluation';
import type { ModelInfo } from '@scalearn/models';
import { type Command, Option } from 'commander';
import { openDevice } from '../device.ts';
import { FolderError, UsageError } from '../errors.ts';
import { openStoredModel, type StoredModel } from '../folders/model-folder.ts';
import type { RunFile } from '../folders/run-schema.ts';
import { encoderOf, loadModelEncoder } from '../model/encoder-source.ts';
import { loadStoredModel } from '../model/load-model.ts';
import { predictTest, score, scoresOf, testMetrics } from '../model/scores.ts';
import { choiceOption, encoderOption, pathOption, wholeNumber } from '../options/command-line.ts';
import { columnNames, type OwnDataArguments, readingNames } from '../options/own-data.ts';
import { trainOption } from '../options/train-options.ts';
import type { EvaluatedEvent, Reporter, SplitScore } from '../output/events.ts';
import { count, figure, table } from '../output/format.ts';
import { jsonLine, withReporter } from '../output/reporter.ts';
import { taskTable } from '../output/run-text.ts';
import { oneLine } from '../output/terminal.ts';
import { findTask, shownTask } from '../tasks/find-task.ts';
import { loadData } from '../tasks/load-data.ts';
import { namedTask, runOfTask, trainedTask } from '../tasks/model-task.ts';
import { ownTaskLines } from '../tasks/own-task-text.ts';
import type { CommandContext, Run } from './context.ts';

interface EvaluateArguments extends Omit<OwnDataArguments, 'problem' | 'labels'> {
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
    .description("Scores a model. What is not given comes from the model's folder.")
    .addOption(pathOption('--model <dir>', 'folder of the model').makeOptionMandatory())
    .addOption(
      pathOption(
        '--task <task>',
        'another task than the trained one, or a file of labeled rows; one of several',
      ),
    )
    .addOption(pathOption('--data <dir>', "folder of the task's data, if it has moved"))
    .addOption(encoderOption('--encoder <name>'))
    .addOption(
      choiceOption('--split <name>', 'rows to score', ['test', 'validation', 'train']).default('test'),
    )
    .addOption(new Option('--eval-limit <n>', 'score the first n rows').argParser(wholeNumber(1)))
    .addOption(trainOption('device'))
    .option('--json', 'one JSON object on standard output')
    .addHelpText('after', examples)
    .action((given: EvaluateArguments) => run((context) => evaluate(given, context)));
  for (const name of [...columnNames, ...readingNames]) command.addOption(trainOption(name));
}

const examples = `
Examples:
  scalearn evaluate --model runs/rte
  scalearn evaluate --model runs/reviews --task new-reviews.csv
`;

/** Scores the model and shows the scores. Options that are not given are taken from the model's `run.json`. */
async function evaluate(given: EvaluateArguments, context: CommandContext): Promise<void> {
  const { terminal } = context;
  // With --json, standard output holds only one object.
  const how = { json: false, quiet: given.json === true };
  const scored = await withReporter(terminal, how, (reporter) => scoreModel(given, reporter, context));
  if (given.json) jsonLine(terminal, together(scored));
  else terminal.out(scoresText(scored));
}

async function scoreModel(
  given: EvaluateArguments,
  reporter: Reporter,
  { signal, setup: { families, methods } }: CommandContext,
): Promise<readonly Scored[]> {
  const { model: path } = given;
  const stored = await openStoredModel(path, { signal });
  const { run } = stored;
  checkGiven(given, stored);
  const encoderName = await encoderOf(stored, given.encoder);
  const chosen = await chooseTasks(given, stored, reporter, signal);
  await using device = await openDevice(given.device, reporter.warn);
  using encoder = await loadModelEncoder(stored, encoderName, { device, families, reporter, signal });
  const tasks = chosen.map(({ task }) => task);
  using model = await loadStoredModel(stored, encoder, reporter, tasks, methods.readers);
  const { evalBatchSize: batchSize = 32 } = run?.settings ?? {};
  const options = { batchSize, signal, onProgress: reporter.progress };
  const scored: Scored[] = [];
  for (const { task, shown } of chosen) {
    const own = model.for(task.id);
    const scores = await scoreTask(own, task, given, options);
    const method = run?.method ?? (await own.snapshot()).method.name;
    scored.push({ shown, scores, event: eventOf(given, { task, method, scores, device: device.kind }) });
  }
  return scored;
}

/** Returns the tasks to score: the named one, or every task of the model. */
async function chooseTasks(
  given: EvaluateArguments,
  { run, info }: StoredModel,
  reporter: Reporter,
  signal: AbortSignal,
): Promise<readonly ChosenTask[]> {
  const { model: path } = given;
  if (!run && given.task === undefined) return packagedTasks(given, info, reporter, signal);
  const told = info?.tasks.length === 1 ? info.tasks[0] : undefined;
  const runs = run?.tasks?.map(({ task }) => runOfTask(run, task) as RunFile);
  const ofJoint = run && given.task !== undefined ? runOfTask(run, given.task) : undefined;
  const isNamed = given.task !== undefined && !ofJoint;
  if (isNamed && runs)
    throw new UsageError(
      `${path} is for ${runs.map(({ task }) => task).join(', ')}; name one of them, or leave out --task`,
    );
  const tasks: ChosenTask[] = [];
  for (const own of ofJoint ? [ofJoint] : (runs ?? [run])) {
    const found = isNamed
      ? await namedTask(path, { ...given, task: given.task as string }, own, told)
      : await trainedTask(path, { ...given, task: undefined }, own as RunFile);
    const {
      maxLength = told?.maxLength,
      limit,
      evalLimit,
      validationLimit,
      trainPercent,
    } = own?.settings ?? {};
    const limits = { maxLength, limit, validationLimit, trainPercent };
    const task = await loadData(
      found,
      { ...limits, evalLimit: given.evalLimit ?? evalLimit },
      { reporter, signal },
    );
    if (isNamed && found.own) reporter.note(ownTaskLines(found.own, task)[0] as string);
    if (own && own.task === task.id && !(isNamed && found.own) && own.data.fingerprint !== task.fingerprint)
      reporter.warn(`the data in ${found.path} has changed since ${path} was trained`);
    tasks.push({ task, shown: shownTask(found) });
  }
  return tasks;
}

/**
 * Returns the tasks that `scalearn.json` names, where their rows come with the command.
 *
 * @throws UsageError for a task that was read from a file
 */
async function packagedTasks(
  given: EvaluateArguments,
  info: ModelInfo | undefined,
  reporter: Reporter,
  signal: AbortSignal,
): Promise<readonly ChosenTask[]> {
  const chosen: ChosenTask[] = [];
  for (const { id, maxLength } of info?.tasks ?? []) {
    if (!taskIds.includes(id))
      throw new UsageError(
        `${given.model} was trained on ${id}, whose rows do not come with the command; name a file of labeled rows with --task`,
      );
    const found = await findTask({ ...given, task: id });
    const limits = { maxLength, evalLimit: given.evalLimit };
    chosen.push({ task: await loadData(found, limits, { reporter, signal }), shown: shownTask(found) });
  }
  return chosen;
}

/** A task to score, with its displayed name. */
interface ChosenTask {
  readonly task: Task;
  readonly shown: string;
}

/** A task's scores by split, with the text to show for them. */
interface Scored extends Pick<ChosenTask, 'shown'> {
  readonly event: EvaluatedEvent;
  readonly scores: Readonly<Record<string, SplitScore>>;
}

async function scoreTask(
  model: TrainedModel,
  task: Task,
  { model: path, split = 'test', evalLimit }: EvaluateArguments,
  options: PredictOptions,
): Promise<Scored['scores']> {
  try {
    if (split === 'test') return scoresOf(task, await predictTest(model, task, options));
    return { [split]: await score(model, task, task[split].slice(0, evalLimit), options) };
  } catch (error) {
    if (error instanceof NonFiniteLogitError)
      throw new FolderError(
        `${path} predicts no finite number for row ${error.row} of the ${split} split; its files are damaged, or its training had diverged: restore them, or train it again`,
        { cause: error },
      );
    throw options.signal?.aborted ? options.signal.reason : error;
  }
}

function eventOf(
  { model, split = 'test' }: EvaluateArguments,
  {
    task,
    method,
    scores,
    device,
  }: Pick<Scored, 'scores'> & {
    readonly task: Task;
    readonly method: string;
    readonly device: string;
  },
): EvaluatedEvent {
  const { rows = 0, metrics = {}, loss = null } = scores[split] ?? {};
  return {
    ...{ event: 'done', task: task.id, method, split, rows },
    ...{ metrics: split === 'test' ? testMetrics(scores) : metrics, loss, device, model },
  };
}

function scoresText(scored: readonly Scored[]): string {
  const named = scored.map((each) => ({ ...each, event: { ...each.event, task: each.shown } }));
  const { tasks, task, model, method, split, device } = together(named);
  if (tasks) return `${model}: ${method}, ${split} split, on ${device}\n\n${taskTable(tasks)}`;
  const [{ scores }] = named as [Scored];
  const names = Object.keys(Object.values(scores)[0]?.metrics ?? {});
  const lines = Object.entries(scores).map(([split, { rows, metrics, loss }]) => [
    ...[split, count(rows), ...names.map((name) => figure(metrics[name])), figure(loss)],
  ]);
  const heading = oneLine(`${model}: ${task} with ${method}, on ${device}`);
  return `${heading}\n\n${table([['split', 'rows', ...names, 'loss'], ...lines])}`;
}

/** Combines the scores of several tasks into one event. */
function together(scored: readonly Scored[]): EvaluatedEvent {
  const [{ event }, ...others] = scored as [Scored, ...Scored[]];
  if (others.length === 0) return event;
  return {
    ...event,
    task: scored.map(({ event: { task } }) => task).join(', '),
    rows: scored.reduce((sum, { event: { rows } }) => sum + rows, 0),
    ...{ metrics: {}, loss: null },
    tasks: scored.map(({ event: { task, rows, metrics, loss } }) => ({ task, rows, metrics, loss })),
  };
}

/**
 * Checks that the options are sufficient for a folder that does not say what it was trained on.
 * @throws UsageError that names the options that are needed
 */
function checkGiven({ model, encoder, task }: EvaluateArguments, { run, info }: StoredModel): void {
  const needed = Object.entries({ encoder, task }).flatMap(([name, value]) => (value ? [] : [`--${name}`]));
  if (!run && !info && needed.length > 0)
    throw new UsageError(
      `${model} has neither run.json nor scalearn.json, so ${needed.join(' and ')} must be given`,
    );
}
