import {
  bottleneck,
  type DeviceChoice,
  deviceChoices,
  type MethodDefaults,
  type SourceControl,
  scalearn,
  sourceControls,
} from '@scalearn/core';
import { Command, Option } from 'commander';
import { plainSetup, type Setup } from '../config/setup.ts';
import { applyDefault } from './defaults.ts';
import { shortenHelp } from './help.ts';
import { methodFlagOption, methodFlags } from './method-flags.ts';
import { type OwnDataArguments, ownDataOptions } from './own-data.ts';
import {
  choiceOption,
  encoderOption,
  listOption,
  notEmpty,
  notNegative,
  oneOf,
  percent,
  positive,
  wholeNumber,
} from './values.ts';

/** What the user gave `train`, besides the flags of methods; what was left out is undefined. */
export interface TrainArguments extends OwnDataArguments {
  readonly encoder: string;
  readonly task?: string;
  /** Of a joint method. */
  readonly tasks?: readonly string[];
  readonly data?: string;
  readonly out: string;
  readonly method?: string;
  readonly sources?: readonly string[];
  readonly sourceControl?: SourceControl;
  readonly layers?: number;
  readonly epochs?: number;
  readonly maxSteps?: number;
  readonly batchSize?: number;
  readonly learningRate?: number;
  readonly patience?: number;
  readonly selectBy?: string;
  readonly maxLength?: number;
  readonly limit?: number;
  readonly evalLimit?: number;
  readonly validationLimit?: number;
  readonly trainPercent?: number;
  readonly seed?: number;
  readonly weightDecay?: number;
  readonly warmupSteps?: number;
  readonly evaluateEvery?: number;
  readonly temperature?: number;
  /** Options of the method, `name=value`. */
  readonly set?: readonly string[];
  readonly device?: DeviceChoice;
  readonly threads?: number;
  readonly resume?: boolean;
  readonly overwrite?: boolean;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

/** The paper's value, which may differ between methods. */
function paper(key: keyof MethodDefaults): string {
  const [one, other] = [bottleneck().defaults[key], scalearn({ sources: [] }).defaults[key]];
  return one === other ? `(default: ${one})` : `(default: ${one}, scalearn ${other})`;
}

export function addTrainOptions(command: Command, { methods, defaults }: Setup = plainSetup): Command {
  const n = wholeNumber;
  const option = (flags: string, text: string, parse: (text: string) => unknown): Option =>
    new Option(flags, text).argParser(parse);
  const flag = (flags: string, text: string): Option => new Option(flags, text);
  const model = [
    encoderOption('--encoder <name>').makeOptionMandatory(),
    option('--task <task>', 'such as glue/rte, or a file or folder of your own', notEmpty),
    listOption('--tasks <task...>', 'the tasks that a joint method learns at once').conflicts('task'),
    option('--data <dir>', "folder that holds the task's folder (RTE/, …); by default the hub", notEmpty),
    option('--out <dir>', 'folder for the trained model', notEmpty).makeOptionMandatory(),
    listOption('--sources <dir...>', 'folders of the trained adapters to transfer from'),
    option(
      '--method <name>',
      'see scalearn methods (default: bottleneck, scalearn with sources)',
      oneOf(methods.all.map(({ id }) => id)),
    ),
  ];
  const layers = option('--layers <n>', "use the encoder's first n layers only", n(1));
  const training = [
    option('--epochs <n>', `most epochs ${paper('epochs')}`, n(1)),
    option('--batch-size <n>', 'rows of a step (default: 32)', n(1)),
    option('--learning-rate <x>', `at the start of the linear decay ${paper('learningRate')}`, positive),
    option('--max-length <n>', "tokens of a row, the rest is cut off (default: the task's)", n(4)),
    option('--limit <n>', 'train on the first n rows', n(1)),
    option('--seed <n>', 'of initialisation, data order and dropout (default: 0)', n(0)),
  ];
  const rareTraining = [
    option('--patience <n>', `epochs without improvement before training stops ${paper('patience')}`, n(1)),
    option(
      '--select-by <what>',
      "loss, primary or another metric of the task, of the best epoch (default: the paper's)",
      notEmpty,
    ),
    option('--max-steps <n>', 'stop after n steps', n(1)),
    option('--weight-decay <x>', `of weights, not of biases ${paper('weightDecay')}`, notNegative),
    option('--warmup-steps <n>', 'steps of rising learning rate (default: 0)', n(0)),
    option('--train-percent <p>', 'train and validate on p percent: 5, 10, … (default: 100)', percent),
    option('--validation-limit <n>', 'validate on the first n rows', n(1)),
    option('--eval-limit <n>', 'validate and test on the first n rows', n(1)),
    option('--evaluate-every <n>', 'steps between evaluations (default: an epoch, joint 7500)', n(1)),
    option('--temperature <x>', 'of drawing tasks in joint training (default: 1, by size)', positive),
  ];
  const rareMethod = [
    listOption('--set <name=value...>', 'options of the method, which scalearn methods lists'),
    choiceOption(
      '--source-control <kind>',
      'replace the sources by adapters that cannot help, to compare with',
      sourceControls,
    ),
    ...methodFlags(methods).map(methodFlagOption),
  ];
  const running = [
    deviceOption(),
    flag('--resume', 'continue an interrupted run'),
    flag('--overwrite', 'replace the run in the output folder').conflicts('resume'),
    flag('--json', 'one JSON object per line on standard output'),
  ];
  const threads = option('--threads <n>', 'of the CPU, for ONNX Runtime (default: all)', n(1));
  const quiet = flag('--quiet', 'show warnings and the result only');
  const own = ownDataOptions();
  const groups = {
    Model: [...model, layers],
    'Your own data': [...own.usual, ...own.rare],
    Training: [...training, ...rareTraining],
    Method: rareMethod,
    Running: [...running, threads, quiet],
  };
  for (const [title, options] of Object.entries(groups))
    for (const each of options) command.addOption(applyDefault(each, defaults).helpGroup(`${title}:`));
  shortenHelp(command, [layers, ...own.rare, ...rareTraining, ...rareMethod, threads, quiet], 'Running:');
  return command;
}

/** Reads the arguments of `train`. @throws CommanderError */
export function parseTrainArguments(args: readonly string[], setup: Setup): TrainArguments {
  const command = addTrainOptions(
    new Command('train').exitOverride().configureOutput({ writeErr: () => {} }),
    setup,
  );
  return command.parse([...args], { from: 'user' }).opts<TrainArguments>();
}

export function deviceOption(): Option {
  return choiceOption('--device <kind>', 'by default the best there is', deviceChoices);
}
