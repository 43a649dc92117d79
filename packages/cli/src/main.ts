import { ScalearnError } from '@scalearn/core';
import { DatasetError } from '@scalearn/datasets';
import { EvaluationError } from '@scalearn/evaluation';
import {
  type ErrorEvent,
  loadSetup,
  plainSetup,
  type Setup,
  StoppedError,
  UsageError,
} from '@scalearn/experiments';
import { asFolderError, isRefusedValue } from '@scalearn/experiments/runs';
import { HubError } from '@scalearn/hub';
import { type Command, CommanderError } from 'commander';
import { addAdapters } from './commands/adapters.ts';
import { addCancel } from './commands/cancel.ts';
import { addCompletion } from './commands/completion.ts';
import { type Run, runHere } from './commands/context.ts';
import { addData } from './commands/data.ts';
import { addDoctor } from './commands/doctor.ts';
import { addEvaluate } from './commands/evaluate.ts';
import { addExport } from './commands/export.ts';
import { addMerge } from './commands/merge.ts';
import { addMethods } from './commands/methods.ts';
import { addPlan } from './commands/plan.ts';
import { addPredict } from './commands/predict.ts';
import { addProfile } from './commands/profile.ts';
import { addPush } from './commands/push.ts';
import { addQuickstart } from './commands/quickstart.ts';
import { addRank } from './commands/rank.ts';
import { addReport } from './commands/report.ts';
import { addRetry } from './commands/retry.ts';
import { addRun } from './commands/run.ts';
import { addServe } from './commands/serve.ts';
import { addSlim } from './commands/slim.ts';
import { addStatus } from './commands/status.ts';
import { addTasks } from './commands/tasks.ts';
import { addTrain } from './commands/train.ts';
import { addWork } from './commands/work.ts';
import { CheckedCommand } from './options/checked-command.ts';
import { optionDescription } from './options/command-line.ts';
import { jsonLine } from './output/reporter.ts';
import { oneLine, printableOnly, processTerminal, readerHasGone, type Terminal } from './output/terminal.ts';
import { version } from './version.ts';

/** Largest width of help in columns: longer lines are hard to read. */
const widest = 100;

/**
 * Runs a command line.
 *
 * @param args without the names of runtime and program
 * @returns the exit code: 0 done, 1 failed, 2 wrong usage, 130 interrupted
 */
export async function main(args: readonly string[], screen: Terminal = processTerminal()): Promise<number> {
  const terminal = printableOnly(screen);
  let usage = '';
  const width = (): number => Math.min(terminal.columns ?? widest, widest);
  try {
    const { config, rest } = takeConfig(args);
    const setup = await loadSetup(config);
    const command = program(runHere(setup, terminal), setup);
    for (const each of [command, ...command.commands])
      each.configureOutput({
        writeOut: (text) => terminal.out(text),
        writeErr: (text) => {
          usage += text;
        },
        getOutHelpWidth: width,
        getErrHelpWidth: width,
      });
    await command.parseAsync(withCommand(rest), { from: 'user' });
    return good(terminal);
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return good(terminal);
    const stopped = error instanceof StoppedError && terminal.broken?.aborted === true;
    if (stopped && readerHasGone(terminal.broken?.reason)) return 1;
    const isUsage = error instanceof CommanderError;
    const { exitCode, name, message } = describe(
      isUsage ? new UsageError(usage.trim().replace(/^error: /, '')) : error,
    );
    if (args.includes('--json'))
      jsonLine(terminal, { event: 'error', error: name, message, exitCode } satisfies ErrorEvent);
    // The help of a command that does not exist is a usage error too.
    const prefix = exitCode === 130 || (isUsage && !usage.startsWith('error: ')) ? '' : 'error: ';
    terminal.err(`${prefix}${isUsage ? usageText(message) : oneLine(message)}\n`);
    if (process.env.DEBUG && error instanceof Error) terminal.err(`${error.stack}\n`);
    return stopped ? 1 : exitCode;
  }
}

/**
 * Takes `--config FILE` from the arguments before the command's name.
 *
 * @throws UsageError if no file follows
 */
function takeConfig(args: readonly string[]): {
  readonly config?: string;
  readonly rest: readonly string[];
} {
  const [first = '', second, ...others] = args;
  const joined = /^--config=(.*)$/s.exec(first)?.[1];
  if (first !== '--config' && joined === undefined) return { rest: args };
  const config = joined ?? second;
  const rest = joined === undefined ? others : args.slice(1);
  if (!config) throw new UsageError('--config needs a file, such as --config scalearn.config.ts');
  if (/^--config(=|$)/.test(rest[0] ?? '')) throw new UsageError('--config was given twice; give it once');
  return { config, rest };
}

/** Adds the quickstart if no command is given, also if options are given: `npm start -- --fast`. */
function withCommand(args: readonly string[]): string[] {
  const [first] = args;
  const ofRoot = ['--help', '-h', '--version', '-V'];
  const isQuickstart = first === undefined || (first.startsWith('-') && !ofRoot.includes(first));
  return isQuickstart ? ['quickstart', ...args] : [...args];
}

/** Formats a usage error: help keeps its lines; a message is one line. */
function usageText(text: string): string {
  return text.includes('\nUsage: ') || text.startsWith('Usage: ') ? text : oneLine(text);
}

/** Returns 0 if all output was written; output that could not be written is a failure. */
const good = ({ broken }: Terminal): number => (broken?.aborted ? 1 : 0);

function describe(thrown: unknown): { exitCode: number; name: string; message: string } {
  const error = asFolderError(thrown, 'a file could not be used') as Error;
  const { name, message } = error;
  if (error instanceof StoppedError) return { exitCode: 130, name, message };
  if (error instanceof UsageError || isRefusedValue(error)) return { exitCode: 2, name, message };
  const known = [ScalearnError, DatasetError, EvaluationError, HubError];
  if (known.some((kind) => error instanceof kind)) return { exitCode: 1, name, message };
  const bug = 'this is a bug; please report it with the output of the same command under DEBUG=1';
  return { exitCode: 1, name, message: `${message || String(thrown)} (${bug})` };
}

/**
 * Makes the command line, for `parseAsync`, and for completions and documentation.
 *
 * @param setup what a configuration file adds
 * @param doWork receives the work of the selected command; by default it runs in this process
 */
export function program(doWork?: Run, setup: Setup = plainSetup): Command {
  const root = new CheckedCommand('scalearn')
    .description('Multi-task transfer for encoder language models: adapters and ScaLearn.')
    .version(version)
    .option('--config <file>', 'before the command: a scalearn.config.ts, .js or .json')
    .exitOverride()
    // After the name of a command, --config is that command's option: methods has one.
    .enablePositionalOptions()
    .configureHelp({ showGlobalOptions: false, optionDescription })
    .addHelpText('after', examples);
  const commands = [
    ...[
      addQuickstart,
      addTrain,
      addEvaluate,
      addPredict,
      addRank,
      addData,
      addMerge,
      addExport,
      addPush,
      addServe,
    ],
    ...[
      addRun,
      addWork,
      addStatus,
      addRetry,
      addCancel,
      addReport,
      addTasks,
      addMethods,
      addAdapters,
      addDoctor,
      addProfile,
      addPlan,
      addCompletion,
      addSlim,
    ],
  ];
  for (const add of commands) add(root, doWork ?? runHere(setup), setup);
  return root;
}

const examples = `
Examples:
  scalearn                                    see it work, in a few minutes, offline
  scalearn train --encoder FacebookAI/roberta-base --task reviews.csv --out runs/reviews
`;
