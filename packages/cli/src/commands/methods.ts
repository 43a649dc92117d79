import { basename, dirname } from 'node:path';
import {
  localFolder,
  parseEncoderConfig,
  readEncoderConfig,
  type TransformerConfig,
} from '@scalearn/encoders';
import { type Command, Option } from 'commander';
import { FolderError } from '../errors.ts';
import { statOf } from '../folders/paths.ts';
import { countParameters, describedMethod } from '../methods/describe.ts';
import type { MethodEntry } from '../methods/registry.ts';
import { pathOption, wholeNumber } from '../options/command-line.ts';
import { defaultText, whatTextTakes } from '../options/option-values.ts';
import type { Setup } from '../options/setup.ts';
import type { MethodsEvent } from '../output/events.ts';
import { count, table } from '../output/format.ts';
import { jsonLine } from '../output/reporter.ts';
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

/** Runs `scalearn methods`: lists all methods with the number of trainable parameters of each, without heads. */
async function listMethods(given: MethodsArguments, { terminal, setup }: CommandContext): Promise<void> {
  const { sources, tasks } = given;
  const config = given.config === undefined ? robertaBase : await readConfig(given.config, setup);
  const listed = setup.methods.all.map((entry) => {
    const method = describedMethod({ entry, options: {} }, sourcesOf(entry, sources));
    const { kind, defaults } = method;
    const parameters = countParameters(method, config, { families: setup.families, tasks });
    return { entry, event: { method: entry.id, kind, learningRate: defaults.learningRate, parameters } };
  });
  if (given.json) {
    const event: MethodsEvent = { event: 'done', methods: listed.map(({ event }) => event) };
    return jsonLine(terminal, event);
  }
  const rows = listed.map(({ entry: { id, summary }, event: { kind, learningRate, parameters } }) => [
    id,
    kind,
    String(learningRate),
    count(parameters),
    summary,
  ]);
  const what = given.config === undefined ? 'roberta-base' : given.config;
  terminal.out(
    `Trainable parameters, without heads, for ${what}, ${sources} sources, ${tasks} joint tasks\n\n${table([['method', 'kind', 'learning rate', 'parameters', 'what it is'], ...rows], [0, 1, 4])}`,
  );
}

const sourcesOf = ({ sources }: MethodEntry, asked: number): unknown[] =>
  Array.from({ length: sources ? Math.min(asked, sources.most ?? asked) : 0 });

/** Runs `scalearn methods METHOD`: describes a method and its options. */
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
  const facts = [
    ['kind', kind],
    ...(sources ? [['sources', sourcesText(sources)]] : []),
    ...(trains ? [['trains', `${trains.what}; ${trains.where}`]] : []),
    ...(reference
      ? [
          ['computes', reference.equation],
          ['paper', reference.paper],
        ]
      : []),
  ];
  const lines = Object.entries(options).map(([name, option]) => {
    const byDefault = defaultText(option);
    return [
      option.flag ?? `--set ${name}=…`,
      `${option.meaning}${byDefault === undefined ? '' : ` (default: ${byDefault})`}; ${whatTextTakes(option)}`,
    ];
  });
  terminal.out(
    `${title} (${id}): ${summary}\n\n${table(facts, [0, 1])}\n${lines.length > 0 ? table(lines, [0, 1]) : 'It has no options.\n'}`,
  );
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
