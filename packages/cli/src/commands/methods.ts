import { basename, dirname } from 'node:path';
import {
  localFolder,
  parseEncoderConfig,
  readEncoderConfig,
  type TransformerConfig,
} from '@scalearn/encoders';
import { FolderError, type Setup } from '@scalearn/experiments';
import {
  count,
  countParameters,
  defaultText,
  describedMethod,
  type MethodEntry,
  statOf,
  whatTextTakes,
} from '@scalearn/experiments/runs';
import { type Command, Option } from 'commander';
import { pathOption, wholeNumber } from '../options/command-line.ts';
import type { MethodsEvent } from '../output/events.ts';
import { table } from '../output/format.ts';
import { jsonLine } from '../output/reporter.ts';
import { oneLine } from '../output/terminal.ts';
import type { CommandContext, Run } from './context.ts';

interface MethodsArguments {
  readonly config?: string;
  readonly sources: number;
  readonly tasks: number;
  readonly json?: boolean;
}

export function addMethods(root: Command, run: Run): void {
  root
    .command('methods')
    .summary('list the methods, and how many parameters each trains')
    .description('Lists the methods, or, with the name of one, its options.')
    .argument('[method]', 'show the options of this one')
    .addOption(
      pathOption(
        '--config <file>',
        "an encoder's config.json, or its folder (default: that of roberta-base)",
      ),
    )
    .addOption(
      new Option('--sources <n>', 'source adapters of two-stage methods')
        .argParser(wholeNumber(2))
        .default(8),
    )
    .addOption(new Option('--tasks <n>', 'tasks of joint methods').argParser(wholeNumber(2)).default(8))
    .option('--json', 'one JSON object on standard output')
    .addHelpText('after', examples)
    .action((method: string | undefined, given: MethodsArguments) =>
      run((context) =>
        method === undefined ? listMethods(given, context) : showMethod(method, given, context),
      ),
    );
}

const examples = `
Examples:
  scalearn methods
  scalearn methods --config roberta-large/config.json --sources 15
  scalearn methods propetl
`;

/** Sizes of FacebookAI/roberta-base. */
const robertaBase: TransformerConfig = parseEncoderConfig({
  model_type: 'roberta',
  vocab_size: 50265,
  hidden_size: 768,
  num_hidden_layers: 12,
  num_attention_heads: 12,
  intermediate_size: 3072,
  max_position_embeddings: 514,
  type_vocab_size: 1,
});

/** Lists all methods with the number of trainable parameters of each, without heads. */
async function listMethods(given: MethodsArguments, { terminal, setup }: CommandContext): Promise<void> {
  const { sources, tasks, config: what = 'roberta-base' } = given;
  const config = given.config === undefined ? robertaBase : await readConfig(given.config, setup);
  const methods = setup.methods.all.map((entry) => listed(entry, config, given, setup));
  const event: MethodsEvent = { event: 'done', methods };
  if (given.json) return jsonLine(terminal, event);
  const rows = methods.map(({ method, kind, learningRate, parameters }, i) => [
    ...[method, kind, String(learningRate ?? '-'), parameters === null ? '-' : count(parameters)],
    setup.methods.all[i]!.summary,
  ]);
  const lines = methods.flatMap(({ method, reason }) =>
    reason === undefined ? [] : [oneLine(`${method} cannot be counted for ${what}: ${reason}`)],
  );
  const header = ['method', 'kind', 'learning rate', 'parameters', 'what it is'];
  terminal.out(
    `Trainable parameters, without heads, for ${what}, ${sources} sources, ${tasks} joint tasks\n\n${table([header, ...rows], [0, 1, 4])}${lines.length > 0 ? `\n${lines.join('\n')}\n` : ''}`,
  );
}

/** Describes a method. If it does not fit the encoder, its numbers are null, and the reason is given. */
function listed(
  entry: MethodEntry,
  config: TransformerConfig,
  { sources, tasks }: MethodsArguments,
  { families }: Setup,
): MethodsEvent['methods'][number] {
  const { id, kind } = entry;
  let learningRate: number | null = null;
  try {
    const length = entry.sources ? Math.min(sources, entry.sources.most ?? sources) : 0;
    const method = describedMethod({ entry, options: {} }, Array.from({ length }));
    learningRate = method.defaults.learningRate;
    const parameters = countParameters(method, config, { families, tasks });
    return { method: id, kind, learningRate, parameters };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { method: id, kind, learningRate, parameters: null, reason };
  }
}

/** Describes a method and its options. */
async function showMethod(
  id: string,
  { json }: MethodsArguments,
  { terminal, setup }: CommandContext,
): Promise<void> {
  const { title, summary, kind, sources, reference, trains, options } = setup.methods.find(id);
  if (json)
    return jsonLine(terminal, {
      ...{ event: 'done', method: id, title, summary, kind, sources: sources ?? null },
      ...{ reference: reference ?? null, trains: trains ?? null, options },
    });
  const facts = {
    kind,
    sources: sources && sourcesText(sources),
    trains: trains && `${trains.what}; ${trains.where}`,
    computes: reference?.equation,
    paper: reference?.paper,
  };
  const known = Object.entries(facts).filter((fact): fact is [string, string] => fact[1] !== undefined);
  const lines = Object.entries(options).map(([name, option]) => {
    const byDefault = defaultText(option);
    const meaning = `${option.meaning}${byDefault === undefined ? '' : ` (default: ${byDefault})`}`;
    return [option.flag ?? `--set ${name}=…`, `${meaning}; ${whatTextTakes(option)}`];
  });
  const all = lines.length > 0 ? table(lines, [0, 1]) : 'It has no options.\n';
  terminal.out(`${title} (${id}): ${summary}\n\n${table(known, [0, 1])}\n${all}`);
}

function sourcesText({ least, most }: NonNullable<MethodEntry['sources']>): string {
  if (most === undefined) return `${least} or more`;
  return least === most ? String(least) : `${least} to ${most}`;
}

async function readConfig(path: string, { families }: Pick<Setup, 'families'>): Promise<TransformerConfig> {
  const found = await statOf(path);
  if (!found) throw new FolderError(`there is no file or folder ${path}; give a config.json (--config)`);
  const [folder, file] = found.isDirectory() ? [path, 'config.json'] : [dirname(path), basename(path)];
  return readEncoderConfig(await localFolder(folder), { file, families });
}
