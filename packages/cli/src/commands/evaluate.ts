import type { DeviceChoice, WeightStorage } from '@scalearn/core';
import { type Task, taskIds } from '@scalearn/datasets';
import { type RunFile, UsageError } from '@scalearn/experiments';
import {
  checkOutput,
  columnNames,
  type EvaluatedTask,
  encoderOf,
  errorsOf,
  evaluateTask,
  findTask,
  keptAssessment,
  loadData,
  loadModelEncoder,
  loadStoredModel,
  namedTask,
  type OwnDataArguments,
  openStoredModel,
  ownTaskLines,
  type Reporter,
  readingNames,
  runOfTask,
  type StoredModel,
  shownTask,
  storedCalibration,
  testMetrics,
  trainedTask,
  writeOutput,
} from '@scalearn/experiments/runs';
import type { ModelInfo } from '@scalearn/models';
import { type Command, Option } from 'commander';
import { openDevice } from '../devices/open-device.ts';
import {
  choiceOption,
  encoderOption,
  numberBetween,
  pathOption,
  wholeNumber,
} from '../options/command-line.ts';
import { trainOption } from '../options/train-options.ts';
import { evaluationPage } from '../output/evaluation-page.ts';
import { errorText, scoresText } from '../output/evaluation-text.ts';
import type { EvaluatedEvent } from '../output/events.ts';
import { jsonLine, withReporter } from '../output/reporter.ts';
import { oneLine } from '../output/terminal.ts';
import type { CommandContext, Run } from './context.ts';

interface EvaluateArguments extends Omit<OwnDataArguments, 'problem' | 'labels'> {
  readonly model: string;
  readonly task?: string;
  readonly data?: string;
  readonly encoder?: string;
  readonly split?: 'test' | 'validation' | 'train';
  readonly evalLimit?: number;
  readonly threshold?: number;
  readonly errors?: number | true;
  readonly html?: string;
  readonly overwrite?: boolean;
  readonly device?: DeviceChoice;
  readonly precision?: WeightStorage;
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
    .addOption(
      new Option(
        '--threshold <p>',
        "multi-label: probability above which labels are predicted (default: the model's)",
      ).argParser(numberBetween(0, 1)),
    )
    .addOption(
      new Option(
        '--errors [n]',
        'show the first n wrong rows, the surest predictions first (default: 20)',
      ).argParser(wholeNumber(1)),
    )
    .addOption(pathOption('--html <file>', 'write a page: score, classes, curves, probabilities, errors'))
    .option('--overwrite', 'replace the page')
    .addOption(trainOption('device'))
    .addOption(trainOption('precision'))
    .option('--json', 'one JSON object on standard output')
    .addHelpText('after', examples)
    .action((given: EvaluateArguments) => run((context) => evaluate(given, context)));
  for (const name of [...columnNames, ...readingNames]) command.addOption(trainOption(name));
}

const examples = `
Examples:
  scalearn evaluate --model runs/rte
  scalearn evaluate --model runs/reviews --task new-reviews.csv
  scalearn evaluate --model runs/reviews --errors 50 --html reviews.html
`;

/** Scores the model and shows the scores. Options that are not given are taken from the model's `run.json`. */
async function evaluate(given: EvaluateArguments, context: CommandContext): Promise<void> {
  const { terminal } = context;
  const { html, model } = given;
  if (html !== undefined) await checkOutput(html, given.overwrite === true);
  // With --json, standard output holds only one object.
  const how = { json: false, quiet: given.json === true };
  const scored = await withReporter(terminal, how, (reporter) => scoreModel(given, reporter, context));
  const [first] = scored as readonly [Scored, ...Scored[]];
  if (html !== undefined) await writeOutput(html, evaluationPage(first, { ...first, ...first.event, model }));
  if (given.json) jsonLine(terminal, together(scored));
  else {
    terminal.out(scoresText(model, scored));
    if (first.event.errors) terminal.out(errorText(first.event.errors));
    if (html !== undefined) terminal.out(`\n${oneLine(`page: ${html}`)}\n`);
  }
}

/** Number of wrong rows that are shown by default. */
const defaultErrors = 20;
const shownErrors = ({ errors = 0 }: EvaluateArguments): number => (errors === true ? defaultErrors : errors);

async function scoreModel(
  given: EvaluateArguments,
  reporter: Reporter,
  { signal, setup: { families, methods } }: CommandContext,
): Promise<readonly Scored[]> {
  const { model: path, split = 'test', threshold } = given;
  const stored = await openStoredModel(path, { signal });
  const { run } = stored;
  checkGiven(given, stored);
  const encoderName = await encoderOf(stored, given.encoder);
  const calibration = storedCalibration(stored);
  const chosen = await chooseTasks(given, stored, reporter, signal);
  if (chosen.length > 1 && (given.errors !== undefined || given.html !== undefined))
    throw new UsageError(
      `--errors and --html are for one task; name one of ${chosen.map(({ shown }) => shown).join(', ')} with --task`,
    );
  await using device = await openDevice(given.device, reporter.warn, given);
  using encoder = await loadModelEncoder(stored, encoderName, { device, families, reporter, signal });
  const tasks = chosen.map(({ task }) => task);
  using model = await loadStoredModel(stored, encoder, reporter, tasks, methods.readers);
  const { evalBatchSize: batchSize = 32 } = run?.settings ?? {};
  const predicting = { batchSize, signal, onProgress: reporter.progress };
  const scored: Scored[] = [];
  for (const { task, shown, run: own } of chosen) {
    const single = model.for(task.id);
    const fitted = calibration(task.id);
    const evaluated = await evaluateTask(single, task, {
      ...{ path, split, limit: given.evalLimit, run: own, predicting },
      calibration: threshold === undefined ? fitted : { ...fitted, threshold },
    });
    const method = run?.method ?? (await single.snapshot()).method.name;
    scored.push({ ...evaluated, shown, run: own, event: eventOf(given, evaluated, method, device.kind) });
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
  if (run?.folds && given.task === undefined)
    throw new UsageError(
      `${path} was trained on all rows of ${run.data.path}; its score is that of the cross-validation, in run.json; give other rows with --task`,
    );
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
    // The losses of joint training are of all tasks.
    const isOwn = own !== undefined && own.task === task.id && !isNamed && !runs;
    tasks.push({ task, shown: shownTask(found), run: isOwn ? own : undefined });
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
    chosen.push({
      task: await loadData(found, limits, { reporter, signal }),
      shown: shownTask(found),
      run: undefined,
    });
  }
  return chosen;
}

/** A task to score, with its displayed name. */
interface ChosenTask {
  readonly task: Task;
  readonly shown: string;
  /** The run that trained the model on this task. */
  readonly run: RunFile | undefined;
}

/** A scored task, with the event for it. */
export interface Scored extends EvaluatedTask, Pick<ChosenTask, 'shown' | 'run'> {
  readonly event: EvaluatedEvent;
}

function eventOf(
  given: EvaluateArguments,
  evaluated: EvaluatedTask,
  method: string,
  device: string,
): EvaluatedEvent {
  const { task, split, scores, assessment } = evaluated;
  const { rows = 0, metrics = {}, loss = null } = scores[split] ?? {};
  const errors =
    given.errors === undefined ? {} : { errors: errorsOf(evaluated).slice(0, shownErrors(given)) };
  return {
    ...{ event: 'done', task: task.id, method, split, rows },
    ...{ metrics: split === 'test' ? testMetrics(scores) : metrics, loss, device, model: given.model },
    ...{ assessment: keptAssessment(assessment), ...errors },
  };
}

/** Combines the scores of several tasks into one event. */
function together(scored: readonly Scored[]): EvaluatedEvent {
  const [{ event }, ...others] = scored as [Scored, ...Scored[]];
  if (others.length === 0) return event;
  const { assessment: _, ...first } = event;
  return {
    ...first,
    task: scored.map(({ event: { task } }) => task).join(', '),
    rows: scored.reduce((sum, { event: { rows } }) => sum + rows, 0),
    ...{ metrics: {}, loss: null },
    tasks: scored.map(({ event: { task, rows, metrics, loss, assessment } }) => ({
      ...{ task, rows, metrics, loss, assessment },
    })),
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
