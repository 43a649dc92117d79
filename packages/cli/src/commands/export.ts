import { resolve } from 'node:path';
import { UsageError } from '@scalearn/experiments';
import {
  columnNames,
  count,
  counted,
  liesWithin,
  OutFolder,
  type OwnDataArguments,
  readingNames,
} from '@scalearn/experiments/runs';
import type { ExportDtype } from '@scalearn/onnx';
import { type Command, Option } from 'commander';
import { type Exported, exportModels, facts, filesOfExport, rowsPerSecond } from '../export/export-model.ts';
import type { ExportScore } from '../export/measure-export.ts';
import type { ModelChoice } from '../export/opened-models.ts';
import {
  choiceOption,
  encoderOption,
  listOption,
  oneOf,
  pathOption,
  wholeNumber,
} from '../options/command-line.ts';
import { namedFolders } from '../options/named-folders.ts';
import { trainOption } from '../options/train-options.ts';
import { bytes, figure, table } from '../output/format.ts';
import { jsonLine, withReporter } from '../output/reporter.ts';
import { oneLine } from '../output/terminal.ts';
import type { CommandContext, Run } from './context.ts';

interface ExportArguments extends Omit<OwnDataArguments, 'problem' | 'labels'> {
  /** One folder, or several, each alone or as `NAME=FOLDER`. */
  readonly model: readonly string[];
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
      'Writes a trained model with its encoder as one ONNX file, in a folder that transformers.js opens: for pages and for programs without ScaLearn. Several models of one encoder can share the file.',
    )
    .addOption(
      listOption(
        '--model <dir...>',
        'folder of the model; several of one encoder share a file, NAME=DIR gives one another name',
      ).makeOptionMandatory(),
    )
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
    .addHelpText('after', examples)
    .action((given: ExportArguments) => run((context) => exportTo(given, context)));
  for (const name of [...columnNames, ...readingNames]) command.addOption(trainOption(name));
}

const examples = `
Examples:
  scalearn export --model runs/reviews --out web/reviews
  scalearn export --model runs/reviews --out web/reviews --dtype q8
  scalearn export --model runs/reviews topics=runs/topics-3 --out web/both
`;

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
  const {
    model: folders,
    out: name,
    dtype: dtypes,
    overwrite = false,
    json = false,
    encoder,
    ...choice
  } = given;
  const models = chosenModels(folders, choice);
  for (const { path } of models)
    if (await liesWithin(name, path))
      throw new UsageError('--out is the model itself, or lies in it; choose another folder');
  await using out = await OutFolder.open(resolve(name));
  const old = await replaceable(out, name, overwrite);
  const exported = await withReporter(terminal, { json, quiet: json }, (reporter) =>
    exportModels({ models, dtypes, encoder }, reporter, signal, setup),
  );
  signal.throwIfAborted();
  const { files } = exported;
  await out.replace(files, 'the export', old);
  const paths = models.map(({ path }) => path);
  if (json) {
    const sizes = Object.entries(files).map(([file, content]) => [file, Buffer.byteLength(content)] as const);
    const model = paths.length === 1 ? paths[0] : paths;
    const event = { event: 'done', ...facts(exported), files: Object.fromEntries(sizes), model, out: name };
    return jsonLine(terminal, event);
  }
  const [only, ...others] = exported.models;
  const method = others.length === 0 && only?.method ? ` (${only.method})` : '';
  const written = exported.variants.flatMap(({ file, bytes: size }) =>
    file === null ? [] : [`${file} (${bytes(size)})`],
  );
  const lines = [`${paths.join(', ')}${method} exported as ${written.join(', ')}`, `saved in ${name}`];
  terminal.out(lines.map((line) => `${oneLine(line)}\n`).join('') + scoresText(exported));
}

/** Returns the models to export. @throws UsageError for options that fit one model only */
function chosenModels(
  folders: readonly string[],
  choice: Omit<ModelChoice, 'path' | 'name'>,
): readonly [ModelChoice, ...ModelChoice[]] {
  const [only, ...others] = folders as [string, ...string[]];
  if (others.length === 0) return [{ ...choice, path: only, name: undefined }];
  if (choice.task !== undefined)
    throw new UsageError('--task is for one model; several models are scored on their own tasks');
  const [first, ...rest] = [...namedFolders(folders)].map(([name, path]) => ({ ...choice, path, name }));
  return [first as ModelChoice, ...rest];
}

/** Shows the score of each model in each type beside that of f32; nothing if none was measured. */
function scoresText({ models, variants }: Pick<Exported, 'models' | 'variants'>): string {
  const exact = variants.find(({ dtype }) => dtype === 'f32')?.scores;
  const measured = models.flatMap(({ name, data }) => {
    const score = variants[0]?.scores.get(name);
    return score && data !== undefined ? [{ name, data, ...score }] : [];
  });
  const tables = measured.map(({ name, data, metric, rows }) => {
    const of = (scores: ReadonlyMap<string, ExportScore> | undefined): number =>
      scores?.get(name)?.metrics[metric] ?? Number.NaN;
    const body = variants.map(({ dtype, bytes: size, scores }) => [
      ...[dtype, bytes(size), figure(of(scores)), figure(of(scores) - of(exact))],
      count(rowsPerSecond([scores.get(name) as ExportScore])),
    ]);
    const heading = models.length > 1 ? `${oneLine(name)}\n` : '';
    const heads = ['type', 'size', metric, 'change', 'rows/s'];
    const note = oneLine(`${counted(rows, 'test row')} of ${data}, with ONNX Runtime`);
    return `\n${heading}${table([heads, ...body])}\n${note}\n`;
  });
  return tables.join('');
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
