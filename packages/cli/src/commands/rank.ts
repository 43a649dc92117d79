import { extname } from 'node:path';
import type { DeviceChoice } from '@scalearn/core';
import { loadEncoder } from '@scalearn/encoders';
import { rankSources, UsageError } from '@scalearn/experiments';
import {
  checkOutput,
  columnNames,
  downloadProgress,
  encodeRanking,
  findCandidates,
  findTask,
  loadData,
  localEncoder,
  type OwnDataArguments,
  type Reporter,
  readFullRun,
  readingNames,
  shownTask,
  withFullRun,
  writeOutput,
} from '@scalearn/experiments/runs';
import {
  type Ranking,
  type RankingScores,
  rankingNames,
  rankingReport,
  regretText,
  seedMean,
} from '@scalearn/report';
import { InvalidArgumentError, Option } from 'commander';
import { openDevice } from '../devices/open-device.ts';
import type { CheckedCommand } from '../options/checked-command.ts';
import { encoderOption, listOption, pathOption, wholeNumber } from '../options/command-line.ts';
import { trainOption } from '../options/train-options.ts';
import { table } from '../output/format.ts';
import { jsonLine, withReporter } from '../output/reporter.ts';
import { oneLine } from '../output/terminal.ts';
import { version } from '../version.ts';
import type { CommandContext, Run } from './context.ts';

export interface RankArguments extends OwnDataArguments {
  readonly task: string;
  readonly encoder: string;
  readonly sources: readonly string[];
  readonly data?: string;
  readonly layers?: number;
  readonly limit?: number;
  readonly evalLimit?: number;
  readonly top: number;
  readonly budget?: number;
  readonly full?: string;
  readonly out?: string;
  readonly overwrite?: boolean;
  readonly device?: DeviceChoice;
  readonly json?: boolean;
}

export function addRank(root: CheckedCommand, run: Run): void {
  const command = root
    .command('rank')
    .summary('say which trained adapters help a task')
    .description(
      'Ranks adapters as sources for a task, and compares them with random adapters, shuffled ones, and the task alone.',
    )
    .addOption(
      pathOption('--task <task>', 'such as glue/rte, or a file or folder of your own').makeOptionMandatory(),
    )
    .addOption(encoderOption('--encoder <name>').makeOptionMandatory())
    .addOption(
      listOption(
        '--sources <place...>',
        'adapters, folders with adapters, hf:owner/name, or hf:WORDS for a search of the hub',
      ).makeOptionMandatory(),
    )
    .addOption(trainOption('data'))
    .addOption(
      new Option('--top <n>', 'number of sources in the short trainings, the best by LogME')
        .argParser(wholeNumber(1))
        .default(8),
    )
    .addOption(
      new Option('--budget <time>', 'shorten the trainings to end in about this time: 90s, 5m, 1h').argParser(
        duration,
      ),
    )
    .addOption(
      pathOption('--full <dir>', 'a model trained on these rows with all the sources, for the regret'),
    )
    .addOption(
      pathOption('--out <file>', 'write a page (.html), or the ranking for train --sources auto (.json)'),
    )
    .option('--overwrite', 'replace the file')
    .option('--json', 'one JSON object on standard output')
    .addHelpText('after', examples)
    .action((given: RankArguments) => run((context) => rank(given, context)));
  for (const name of [
    'layers',
    'limit',
    'evalLimit',
    'device',
    ...columnNames,
    'problem',
    'labels',
    ...readingNames,
  ] as const)
    command.addOption(trainOption(name));
}

const examples = `
Examples:
  scalearn rank --task reviews.csv --encoder path/to/encoder --sources runs --out ranking.html
  scalearn rank --task glue/rte --data glue --encoder FacebookAI/roberta-base \\
                --sources runs/mnli runs/stsb --budget 5m --out ranking.json
`;

/** Parses a time: `90s`, `5m` or `1h`. @returns seconds */
function duration(text: string): number {
  const [, amount, unit = 's'] = /^(\d+(?:\.\d+)?)(s|m|h)?$/.exec(text) ?? [];
  const seconds = Number(amount) * ({ s: 1, m: 60, h: 3600 }[unit] ?? Number.NaN);
  if (seconds > 0) return seconds;
  throw new InvalidArgumentError('It must be a time such as 90s, 5m or 1h.');
}

async function rank(given: RankArguments, context: CommandContext): Promise<void> {
  const { terminal } = context;
  const { out, json = false } = given;
  const kind = out === undefined ? undefined : extname(out).toLowerCase();
  if (kind !== undefined && kind !== '.html' && kind !== '.json')
    throw new UsageError(`--out must end in .html or .json, and it is ${out}`);
  if (out !== undefined) await checkOutput(out, given.overwrite === true);
  const { ranking, shown } = await withReporter(terminal, { json: false, quiet: json }, (reporter) =>
    rankPlaces(given, reporter, context),
  );
  const footer = `ScaLearn ${version}`;
  if (out !== undefined)
    await writeOutput(
      out,
      kind === '.html' ? rankingReport(ranking, { shown, footer }) : encodeRanking(ranking),
    );
  if (json) jsonLine(terminal, { event: 'done', ...ranking });
  else terminal.out(rankingText(ranking, { shown, out }));
}

/** Ranks the adapters in places. */
export async function rankPlaces(
  given: Omit<RankArguments, 'out' | 'json'>,
  reporter: Reporter,
  { signal, setup: { families } }: CommandContext,
): Promise<{ readonly ranking: Ranking; readonly shown: string }> {
  const { encoder: name, layers, top, budget } = given;
  await localEncoder(name);
  const found = await findTask(given);
  const hub = { signal, onDownload: downloadProgress(reporter) };
  const { candidates, refused } = await findCandidates(given.sources, found.info.id, {
    ...{ encoder: name, layers, families, hub },
  });
  for (const sentence of refused) reporter.warn(`not ranked: ${sentence}`);
  const task = await loadData(found, given, { reporter, signal });
  await using device = await openDevice(given.device, reporter.warn);
  using encoder = await loadEncoder(name, {
    device,
    families,
    ...hub,
    ...(layers !== undefined && { layers }),
  });
  const full = given.full === undefined ? undefined : await readFullRun(given.full, { encoder, task });
  reporter.note(`ranking ${candidates.length} sources for ${shownTask(found)}`);
  const ranking = await rankSources({
    ...{ encoder, encoderSource: name, task, candidates, top, budget, signal },
    onProgress: (what, done, total) => reporter.note(`${what}: ${done} of ${total}`),
  });
  return { ranking: full ? withFullRun(ranking, full) : ranking, shown: shownTask(found) };
}

/** Formats a ranking: the sources, the controls, and the advice. */
function rankingText(
  { sources, scores, metric, advice, full, steps, seconds }: Ranking,
  { shown, out }: { readonly shown: string; readonly out: string | undefined },
): string {
  const number = (value: number | null): string => (value === null ? '-' : value.toFixed(3));
  const rows = sources.map(({ path, isOwn, coefficients, logMe, similarity }, i) => [
    ...[String(i + 1), `${path}${isOwn ? ' (of the target)' : ''}`],
    ...[coefficients ? seedMean(coefficients) : '-', number(logMe), number(similarity)],
  ]);
  const trained = Object.entries(rankingNames).flatMap(([key, name]) => {
    const own = scores[key as keyof RankingScores];
    return own === null ? [] : [[name, seedMean(own), own.map(number).join(' ')]];
  });
  const lines = [
    `${sources.length} sources for ${shown}, ${steps} steps of each training, ${seconds.toFixed(0)} seconds`,
    '',
    table([['', 'source', 'coefficient', 'LogME', 'similarity'], ...rows], [1]),
    table([['training', metric, 'by seed'], ...trained], [0]),
    oneLine(advice),
    ...(full === undefined ? [] : [oneLine(regretText(full, metric))]),
    ...(out === undefined ? [] : [oneLine(`saved in ${out}`)]),
  ];
  return `${lines.join('\n')}\n`;
}
