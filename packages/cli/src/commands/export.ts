import { resolve } from 'node:path';
import type { ExportDtype } from '@scalearn/onnx';
import { type Command, Option } from 'commander';
import { UsageError } from '../errors.ts';
import { filesOfExport } from '../folders/export-json.ts';
import { OutFolder } from '../folders/out-folder.ts';
import { liesWithin } from '../folders/paths.ts';
import { type ExportedModel, exportModel, facts } from '../model/export-model.ts';
import type { ExportScore } from '../model/measure-export.ts';
import { choiceOption, encoderOption, oneOf, pathOption, wholeNumber } from '../options/command-line.ts';
import { columnNames, type OwnDataArguments, readingNames } from '../options/own-data.ts';
import { trainOption } from '../options/train-options.ts';
import { bytes, count, counted, figure, table } from '../output/format.ts';
import { jsonLine, withReporter } from '../output/reporter.ts';
import { oneLine } from '../output/terminal.ts';
import type { CommandContext, Run } from './context.ts';

interface ExportArguments extends Omit<OwnDataArguments, 'problem' | 'labels'> {
  readonly model: string;
  readonly out: string;
  readonly task?: string;
  readonly data?: string;
  readonly evalLimit?: number;
  readonly dtype: readonly ExportDtype[];
  readonly encoder?: string;
  readonly overwrite?: boolean;
  readonly json?: boolean;
}

/** Types by their names; two have another name in transformers.js. */
const dtypes: Readonly<Record<string, ExportDtype>> = {
  ...{ f32: 'f32', f16: 'f16', q8: 'q8', q4: 'q4' },
  ...{ fp32: 'f32', fp16: 'f16' },
};

export function addExport(root: Command, run: Run): void {
  const command = root
    .command('export')
    .summary('write a model for transformers.js and other programs')
    .description(
      'Writes a trained model with its encoder as one ONNX file, in a folder that transformers.js opens: for pages and for programs without ScaLearn.',
    )
    .addOption(pathOption('--model <dir>', 'folder of the model').makeOptionMandatory())
    .addOption(pathOption('--out <dir>', 'folder for the export, new or empty').makeOptionMandatory())
    .addOption(choiceOption('--format <kind>', 'what to write', ['onnx']).default('onnx'))
    .addOption(dtypeOption())
    .addOption(
      pathOption('--task <task>', 'one of several tasks, or another task or file whose rows are scored'),
    )
    .addOption(pathOption('--data <dir>', "folder of the task's data, if it has moved"))
    .addOption(
      new Option('--eval-limit <n>', 'score the files on the first n test rows; 0 for none').argParser(
        wholeNumber(0),
      ),
    )
    .addOption(encoderOption('--encoder <name>'))
    .option('--overwrite', 'replace the export in the output folder')
    .option('--json', 'one JSON object on standard output')
    .addHelpText('after', '\nExample:\n  scalearn export --model runs/reviews --out web/reviews\n')
    .action((given: ExportArguments) => run((context) => exportTo(given, context)));
  for (const name of [...columnNames, ...readingNames]) command.addOption(trainOption(name));
}

/** Makes the option that selects how weights are stored: one data type or several. */
function dtypeOption(): Option {
  const one = oneOf(Object.keys(dtypes));
  const values = new Set<ExportDtype>();
  return new Option(
    '--dtype <kind...>',
    'how weights are stored, a file for each: f16 halves the file, q8 and q4 quantize (default: f32)',
  )
    .choices([...new Set(Object.values(dtypes))])
    .default(['f32'])
    .argParser((value: string) => [...values.add(dtypes[one(value)] as ExportDtype)]);
}

/** Writes a model as an ONNX file, with the other files that a program needs to run it. */
async function exportTo(given: ExportArguments, { terminal, signal, setup }: CommandContext): Promise<void> {
  const { model, out: name, dtype: dtypes, overwrite = false, json = false, ...choice } = given;
  if (await liesWithin(name, model))
    throw new UsageError('--out is the model itself, or lies in it; choose another folder');
  await using out = await OutFolder.open(resolve(name));
  const old = await replaceable(out, name, overwrite);
  const exported = await withReporter(terminal, { json, quiet: json }, (reporter) =>
    exportModel({ model, dtypes, ...choice }, reporter, signal, setup),
  );
  signal.throwIfAborted();
  const { files, method } = exported;
  await out.replace(files, 'the export', old);
  if (json) {
    const sizes = Object.entries(files).map(([file, content]) => [file, Buffer.byteLength(content)] as const);
    const event = { event: 'done', ...facts(exported), files: Object.fromEntries(sizes), model, out: name };
    return jsonLine(terminal, event);
  }
  const written = exported.variants.flatMap(({ file, bytes: size }) =>
    file === null ? [] : [`${file} (${bytes(size)})`],
  );
  const lines = [
    `${model}${method ? ` (${method})` : ''} exported as ${written.join(', ')}`,
    `saved in ${name}`,
  ];
  terminal.out(lines.map((line) => `${oneLine(line)}\n`).join('') + scoresText(exported));
}

/** Shows the score of each type beside that of f32; nothing if none was measured. */
function scoresText({ variants, data }: Pick<ExportedModel, 'variants' | 'data'>): string {
  const scored = variants.flatMap(({ dtype, bytes: size, score }) => (score ? [{ dtype, size, score }] : []));
  const [first] = scored;
  if (!first || data === undefined) return '';
  const { metric, rows } = first.score;
  const scoreOf = ({ metrics }: ExportScore): number => metrics[metric] ?? Number.NaN;
  const exact = scored.find(({ dtype }) => dtype === 'f32')?.score ?? first.score;
  const body = scored.map(({ dtype, size, score }) => [
    ...[dtype, bytes(size), figure(scoreOf(score)), figure(scoreOf(score) - scoreOf(exact))],
    count(score.rows / score.seconds),
  ]);
  const heads = ['type', 'size', metric, 'change', 'rows/s'];
  return `\n${table([heads, ...body])}\n${oneLine(`${counted(rows, 'test row')} of ${data}, with ONNX Runtime`)}\n`;
}

/**
 * Returns the names of the files that an export into this folder replaces.
 * @throws UsageError if the folder holds something else, or an export that is not to be replaced
 */
async function replaceable(out: OutFolder, name: string, overwrite: boolean): Promise<readonly string[]> {
  if ((await out.state()) === 'nothing') return [];
  const old = await filesOfExport(out.path);
  if (old && overwrite) return old;
  const advice = old ? 'replace the export in it with --overwrite' : 'remove what is in it';
  throw new UsageError(`${name} is not empty; choose another --out, or ${advice}`);
}
