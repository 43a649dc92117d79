import { Command } from 'commander';
import type { Run } from './commands/context.ts';
import { addData } from './commands/data.ts';
import { addDoctor } from './commands/doctor.ts';
import { addEvaluate } from './commands/evaluate.ts';
import { addExport } from './commands/export.ts';
import { addMerge } from './commands/merge.ts';
import { addMethods } from './commands/methods.ts';
import { addPredict } from './commands/predict.ts';
import { addQuickstart } from './commands/quickstart.ts';
import { addReport } from './commands/report.ts';
import { addRun } from './commands/run.ts';
import { addTasks } from './commands/tasks.ts';
import { addTrain } from './commands/train.ts';
import { plainSetup, type Setup } from './config/setup.ts';
import { interruptible } from './interrupt.ts';
import { optionDescription } from './options/help.ts';
import { refuseRepeated } from './options/once.ts';
import { printableOnly, processTerminal } from './output/terminal.ts';
import { version } from './version.ts';

/**
 * Makes the command line, for `parseAsync`, and for completions and documentation.
 *
 * @param setup what a configuration file adds
 * @param doWork receives the work of the selected command; by default it runs in this process
 */
export function program(doWork?: Run, setup: Setup = plainSetup): Command {
  const run = doWork ?? runHere(setup);
  const root = new Command('scalearn')
    .description('Multi-task transfer for encoder language models: adapters and ScaLearn.')
    .version(version)
    .option('--config <file>', 'before the command: a scalearn.config.ts, .js or .json')
    .exitOverride()
    // After the name of a command, --config is that command's option: methods has one.
    .enablePositionalOptions()
    .showSuggestionAfterError()
    .configureHelp({ showGlobalOptions: false, optionDescription })
    .addHelpText('after', examples);
  for (const add of [
    addQuickstart,
    addTrain,
    addEvaluate,
    addPredict,
    addData,
    addMerge,
    addExport,
    addRun,
    addReport,
    addTasks,
    addMethods,
    addDoctor,
  ])
    add(root, run, setup);
  for (const command of root.commands) refuseRepeated(command);
  return root;
}

const examples = `
Examples:
  scalearn                                    see it work, in a few minutes, offline
  scalearn train --encoder FacebookAI/roberta-base --task reviews.csv --out runs/reviews
  scalearn predict --model runs/reviews --text "Great value."
  scalearn train --help                       options of a command
`;

const runHere =
  (setup: Setup): Run =>
  (work) => {
    const terminal = printableOnly(processTerminal());
    return interruptible((signal) => work({ terminal, signal, setup }), terminal.broken);
  };
