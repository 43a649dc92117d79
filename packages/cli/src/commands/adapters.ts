import { counted, downloadProgress, type ListedAdapter, listAdapters } from '@scalearn/experiments/runs';
import { type Command, Option } from 'commander';
import { encoderOption, wholeNumber } from '../options/command-line.ts';
import { table } from '../output/format.ts';
import { jsonLine, withReporter } from '../output/reporter.ts';
import { oneLine } from '../output/terminal.ts';
import type { CommandContext, Run } from './context.ts';

interface AdaptersArguments {
  readonly encoder: string;
  readonly layers?: number;
  readonly json?: boolean;
}

export function addAdapters(root: Command, run: Run): void {
  root
    .command('adapters')
    .summary('list the adapters of a repository that fit an encoder')
    .description(
      'Lists the adapters in a folder, in a repository of the hub or found by a search of it, and says why one is no source for the encoder.',
    )
    .argument('<place>', 'a folder, hf:owner/name, or hf:WORDS for a search of the hub')
    .addOption(encoderOption('--encoder <name>').makeOptionMandatory())
    .addOption(new Option('--layers <n>', "use the encoder's first n layers only").argParser(wholeNumber(1)))
    .option('--json', 'one JSON object on standard output')
    .addHelpText('after', examples)
    .action((place: string, given: AdaptersArguments) => run((context) => show(place, given, context)));
}

const examples = `
Examples:
  scalearn adapters hf:AdapterHub/roberta-base-pf-imdb --encoder FacebookAI/roberta-base
  scalearn adapters hf:imdb --encoder FacebookAI/roberta-base
  scalearn adapters runs --encoder path/to/encoder
`;

async function show(
  place: string,
  { encoder, layers, json = false }: AdaptersArguments,
  { terminal, signal, setup: { families } }: CommandContext,
): Promise<void> {
  const adapters = await withReporter(terminal, { json: false, quiet: json }, (reporter) =>
    listAdapters(place, {
      ...{ encoder, layers, families, hub: { signal, onDownload: downloadProgress(reporter) } },
    }),
  );
  if (json) return jsonLine(terminal, { event: 'done', place, encoder, adapters });
  const fitting = adapters.filter(({ reason }) => reason === null).length;
  const rows = adapters.map((each) => [
    each.source,
    each.trainedOn ?? '-',
    each.reason === null ? 'yes' : 'no',
  ]);
  const reasons = adapters.flatMap(reasonLine);
  const head = `${fitting} of ${counted(adapters.length, 'adapter')} ${fitting === 1 ? 'fits' : 'fit'} ${encoder}`;
  terminal.out(
    `${oneLine(head)}\n\n${table([['source', 'trained on', 'fits'], ...rows], [0, 1, 2])}${reasons.length > 0 ? `\n${reasons.join('\n')}\n` : ''}`,
  );
}

const reasonLine = ({ source, reason }: ListedAdapter): string[] =>
  reason === null ? [] : [oneLine(`${source}: ${reason}`)];
