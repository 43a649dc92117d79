import { checkOutput, writeOutput } from '@scalearn/experiments/runs';
import { type Command, Option } from 'commander';
import { tuningFiles } from '../folders/tuning-files.ts';
import { choiceOption, encoderOption, pathOption, wholeNumber } from '../options/command-line.ts';
import { jsonLine } from '../output/reporter.ts';
import { oneLine } from '../output/terminal.ts';
import { measureStep } from '../profile/measure-step.ts';
import { chromeTrace, profileText } from '../profile/profile-output.ts';
import { profilePage } from '../profile/profile-page.ts';
import { type Batch, type ProfiledKind, profiledSteps } from '../profile/profiled-step.ts';
import type { CommandContext, Run } from './context.ts';

/** Options of commands that look at a step. */
export interface StepArguments {
  readonly encoder: string;
  readonly step: ProfiledKind;
  readonly rows: number;
  readonly length: number;
  readonly lengths?: readonly number[];
}

interface ProfileArguments extends StepArguments {
  readonly random?: boolean;
  readonly runs: number;
  readonly precision: 'f32' | 'f16';
  readonly tune?: boolean;
  readonly out?: string;
  readonly overwrite?: boolean;
  readonly json?: boolean;
}

/** Adds the options of commands that look at a step: the encoder, the step, and its batch. */
export function addStepOptions(command: Command): Command {
  const one = wholeNumber(1);
  return command
    .addOption(encoderOption('--encoder <name>').makeOptionMandatory())
    .addOption(choiceOption('--step <kind>', 'what is run', profiledSteps).default('stage1'))
    .option('--rows <n>', 'rows of the batch', wholeNumber(1), 32)
    .option('--length <n>', 'tokens of each row', wholeNumber(1), 64)
    .addOption(
      new Option('--lengths <n...>', 'tokens of each row, in place of --rows and --length').argParser(
        (text: string, before: readonly number[] | undefined) => [...(before ?? []), one(text)],
      ),
    );
}

/** Returns the tokens of each row. */
export const batchOf = ({ rows, length, lengths }: StepArguments): Batch =>
  lengths ?? Array<number>(rows).fill(length);

export function addProfile(root: Command, run: Run): void {
  addStepOptions(root.command('profile'))
    .summary('measure every kernel of a step on the GPU')
    .description(
      'Runs a step of training or prediction on WebGPU, and shows the time, work and speed of its kernels.',
    )
    .option('--random', 'use the configuration of the encoder alone, with arbitrary weights')
    .addOption(
      choiceOption('--precision <type>', 'of frozen weights and products', ['f32', 'f16']).default('f32'),
    )
    .option('--tune', 'measure which kernels are fastest also on a software adapter')
    .option('--runs <n>', 'runs, of which the median is shown', wholeNumber(1), 5)
    .addOption(pathOption('--out <file>', 'also write a page (.html), or a trace for Chrome or Perfetto'))
    .option('--overwrite', 'replace the file')
    .option('--json', 'one JSON object on standard output')
    .addHelpText('after', '\nExample:\n  scalearn profile --encoder mini --step stage2 --out step.html\n')
    .action((given: ProfileArguments) => run((context) => profile(given, context)));
}

async function profile(given: ProfileArguments, { terminal, signal, setup }: CommandContext): Promise<void> {
  const {
    random = false,
    tune,
    out,
    overwrite = false,
    json = false,
    precision,
    encoder,
    step,
    runs,
  } = given;
  if (out !== undefined) await checkOutput(out, overwrite);
  const store = tuningFiles((message) => terminal.err(`warning: ${oneLine(message)}\n`));
  const webgpu = { precision, tuning: { store }, ...(tune && { tune }) };
  const measured = await measureStep({
    ...{ encoder, step, runs, batch: batchOf(given), random, webgpu },
    families: setup.families,
    signal,
  });
  if (out !== undefined)
    await writeOutput(out, /\.html?$/i.test(out) ? profilePage(measured) : chromeTrace(measured));
  if (json) jsonLine(terminal, { event: 'done', ...measured, ...(out !== undefined && { out }) });
  else terminal.out(profileText(measured));
}
