import { Command, Option } from 'commander';
import type { CommandContext } from './commands/context.ts';
import { type DoctorArguments, doctor } from './commands/doctor.ts';
import { type EvaluateArguments, evaluate } from './commands/evaluate.ts';
import { type MergeArguments, merge } from './commands/merge.ts';
import { train } from './commands/train.ts';
import { interruptible } from './interrupt.ts';
import { refuseRepeated } from './options/once.ts';
import { addTrainOptions, deviceOption, type TrainArguments } from './options/train-options.ts';
import { notEmpty, wholeNumber } from './options/values.ts';
import { processTerminal } from './output/terminal.ts';
import { version } from './version.ts';

type Run = (work: (context: CommandContext) => Promise<void>) => Promise<void>;

/**
 * The command line, for `parseAsync`, and for completions and documentation that are made from it.
 *
 * @param run is given the work of the command that was asked for; by default it is done in this process
 */
export function program(run: Run = runHere): Command {
  const root = new Command('scalearn')
    .description('Multi-task transfer for encoder language models: adapters and ScaLearn.')
    .version(version)
    .exitOverride()
    .showSuggestionAfterError()
    .configureHelp({ showGlobalOptions: false });

  const trainCommand = root
    .command('train')
    .summary('train an adapter, or ScaLearn on top of trained adapters')
    .description(
      'Trains one adapter (stage 1), or, with --sources, learns to scale trained adapters (stage 2).',
    )
    .action((given: TrainArguments) => run((context) => train(given, context)));
  addTrainOptions(trainCommand).addHelpText('after', trainExamples);

  root
    .command('evaluate')
    .summary('score a trained model')
    .description("Scores a model. What is not given comes from the model's run.json.")
    .addOption(path('--model <dir>', 'folder of the model').makeOptionMandatory())
    .addOption(path('--task <id>', 'task, if another than the trained one'))
    .addOption(path('--data <dir>', "folder that holds the task's folder"))
    .addOption(path('--encoder <name>', 'hub name or local folder of the encoder'))
    .addOption(
      new Option('--split <name>', 'rows to score').choices(['test', 'validation', 'train']).default('test'),
    )
    .addOption(new Option('--eval-limit <n>', 'score the first n rows').argParser(wholeNumber(1)))
    .addOption(deviceOption())
    .option('--json', 'one JSON object on standard output')
    .addHelpText('after', '\nExample:\n  scalearn evaluate --model runs/rte\n')
    .action((given: EvaluateArguments) => run((context) => evaluate(given, context)));

  root
    .command('merge')
    .summary('turn a ScaLearn model into one adapter')
    .description(
      'Writes a ScaLearn model as one bottleneck adapter, which the Python library adapters loads too.',
    )
    .addOption(path('--model <dir>', 'folder of the model').makeOptionMandatory())
    .addOption(path('--out <dir>', 'folder for the adapter').makeOptionMandatory())
    .option('--overwrite', 'replace the model in the output folder')
    .option('--json', 'one JSON object on standard output')
    .addHelpText('after', '\nExample:\n  scalearn merge --model runs/mrpc-scalearn --out runs/mrpc-merged\n')
    .action((given: MergeArguments) => run((context) => merge(given, context)));

  root
    .command('doctor')
    .summary('show and test what there is to compute with')
    .description('Lists GPUs and runtimes, tests them, and says what to install.')
    .option('--json', 'one JSON object on standard output')
    .action((given: DoctorArguments) => run((context) => doctor(given, context)));

  for (const command of root.commands) refuseRepeated(command);
  return root;
}

const runHere: Run = (work) => {
  const terminal = processTerminal();
  return interruptible((signal) => work({ terminal, signal }), terminal.broken);
};

const path = (flags: string, text: string): Option => new Option(flags, text).argParser(notEmpty);

const trainExamples = `
Examples:
  scalearn train --encoder FacebookAI/roberta-base --task glue/rte --data glue --out runs/rte
  scalearn train --encoder FacebookAI/roberta-base --task glue/rte --data glue \\
                 --sources runs/mnli runs/stsb runs/rte --out runs/rte-scalearn
`;
