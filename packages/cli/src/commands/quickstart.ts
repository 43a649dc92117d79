import { sourceTasks } from '@scalearn/assets-mini';
import { type Command, Option } from 'commander';
import { pathOption, wholeNumber } from '../options/command-line.ts';
import { trainOption } from '../options/train-options.ts';
import { plan } from '../quickstart/plan.ts';
import { type QuickstartArguments, quickstart } from '../quickstart/quickstart.ts';
import type { Run } from './context.ts';

export function addQuickstart(root: Command, run: Run): void {
  const number = (flags: string, text: string): Option => new Option(flags, text).argParser(wholeNumber(1));
  root
    .command('quickstart')
    .summary('compare methods on a small task, offline; the default command')
    .description(
      'Trains a single adapter, every variant of ScaLearn and AdapterFusion on few rows of a small task, and compares them.',
    )
    .addOption(new Option('--target <task>', 'task to learn').choices(sourceTasks).default(plan.target))
    .addOption(number('--rows <n>', 'labeled rows to train on').default(plan.rows))
    .addOption(number('--seeds <n>', `seeds of every method (default: ${plan.seeds})`))
    .addOption(new Option('--fast', 'one seed').conflicts('seeds'))
    .option('--all', 'every method of the paper; takes some minutes more')
    .addOption(pathOption('--out <dir>', 'folder for the models and the report').default('runs/quickstart'))
    .addOption(trainOption('device'))
    .option('--overwrite', 'train the finished models of an interrupted quickstart again')
    .option('--quiet', 'show warnings and the results only')
    .option('--json', 'one JSON object per line on standard output')
    .addHelpText('after', '\nExample:\n  scalearn quickstart --fast\n')
    .action((given: QuickstartArguments) => run((context) => quickstart(given, context)));
}
