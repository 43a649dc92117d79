import { resolve } from 'node:path';
import { UsageError } from '@scalearn/experiments';
import { counted, liesWithin, mergeModel, OutFolder, realPath } from '@scalearn/experiments/runs';
import type { Command } from 'commander';
import { encoderOption, pathOption } from '../options/command-line.ts';
import type { MergedEvent } from '../output/events.ts';
import { jsonLine, withReporter } from '../output/reporter.ts';
import { oneLine } from '../output/terminal.ts';
import type { CommandContext, Run } from './context.ts';

interface MergeArguments {
  readonly model: string;
  readonly out: string;
  readonly encoder?: string;
  readonly mergeIntoEncoder?: boolean;
  readonly overwrite?: boolean;
  readonly json?: boolean;
}

export function addMerge(root: Command, run: Run): void {
  root
    .command('merge')
    .summary('turn a ScaLearn model into one adapter')
    .description(
      'Writes a ScaLearn model as one adapter: a bottleneck adapter, which the Python library adapters loads too, or, of LoRA sources, a LoRA, which PEFT loads.',
    )
    .addOption(pathOption('--model <dir>', 'folder of the model').makeOptionMandatory())
    .addOption(pathOption('--out <dir>', 'folder for the adapter').makeOptionMandatory())
    .addOption(encoderOption('--encoder <name>'))
    .option('--merge-into-encoder', 'add LoRAs to the weights of the encoder, as a fine-tuned one')
    .option('--overwrite', 'replace the model in the output folder')
    .option('--json', 'one JSON object on standard output')
    .addHelpText('after', '\nExample:\n  scalearn merge --model runs/mrpc-scalearn --out runs/mrpc-merged\n')
    .action((given: MergeArguments) => run((context) => merge(given, context)));
}

async function merge(given: MergeArguments, { terminal, signal, setup }: CommandContext): Promise<void> {
  const { model, out: name } = given;
  const place = await realPath(name);
  const { families, methods } = setup;
  const merged = await withReporter(terminal, { json: false, quiet: given.json === true }, (reporter) =>
    mergeModel(model, place, {
      ...{ readers: methods.readers, families, encoder: given.encoder, reporter, signal },
      ...(given.mergeIntoEncoder ? { intoEncoder: true } : {}),
    }),
  );
  const { task, mergedMethod, sources, adapterName, method, width, files } = merged;
  if (await liesWithin(name, model))
    throw new UsageError('--out is the model itself, or lies in it; choose another folder');
  await using out = await OutFolder.open(resolve(name));
  const state = await out.state();
  if (state === 'other' || (state !== 'nothing' && !given.overwrite))
    throw new UsageError(
      `${name} is not empty; choose another --out${state === 'other' ? '' : ', or replace the run in it with --overwrite'}`,
    );
  await out.replace(files);
  const event: MergedEvent = { event: 'done', task, method, width, model, out: name };
  if (given.json) return jsonLine(terminal, event);
  const parts = [mergedMethod, ...(sources === undefined ? [] : [counted(sources, 'source')])];
  const from = `${model} (${parts.join(', ')})`;
  const into = {
    bottleneck: `one adapter '${adapterName}' of width ${width}`,
    lora: `one LoRA '${adapterName}' of rank ${width}`,
  }[method];
  const lines = [`${from} merged into ${into ?? 'the weights of its encoder'}`, `saved in ${name}`];
  terminal.out(lines.map((line) => `${oneLine(line)}\n`).join(''));
}
