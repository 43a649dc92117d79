import { extname } from 'node:path';
import { collectReport, UsageError } from '@scalearn/experiments';
import { checkOutput, counted, writeOutput } from '@scalearn/experiments/runs';
import { experimentReport, type ReportData, type ReportFormat, reportFormats } from '@scalearn/report';
import type { Command } from 'commander';
import { withStoredExperiments } from '../cluster/stored-experiments.ts';
import { choiceOption, pathOption } from '../options/command-line.ts';
import { jsonLine } from '../output/reporter.ts';
import { oneLine } from '../output/terminal.ts';
import type { CommandContext, Run } from './context.ts';

interface ReportArguments {
  readonly store?: string;
  readonly out?: string;
  readonly title?: string;
  readonly commit?: string;
  readonly format?: ReportFormat;
  readonly overwrite?: boolean;
  readonly json?: boolean;
}

export function addReport(root: Command, run: Run): void {
  root
    .command('report')
    .summary('tables, figures and tests of many runs')
    .description('Puts runs on one page: scores with tests of significance, figures, cost, settings.')
    .argument('[runs...]', 'folders of runs or of experiments, or the JSON of other reports')
    .addOption(
      pathOption('--store <place>', 'report experiments of a store: those that are named, or all of them'),
    )
    .addOption(pathOption('--out <file>', 'file to write; without it the screen'))
    .addOption(pathOption('--title <text>', 'of the page'))
    .addOption(pathOption('--commit <hash>', 'of the code or experiment behind the runs, to be shown'))
    .addOption(choiceOption('--format <kind>', "by the file's name, else html", reportFormats))
    .option('--overwrite', 'replace the file')
    .option('--json', 'one JSON object on standard output')
    .addHelpText('after', examples)
    .action((paths: string[], given: ReportArguments) => run((context) => report(paths, given, context)));
}

const examples = `
Examples:
  scalearn report runs/rte-* --out report.html
  scalearn report runs/main-table --format markdown
  scalearn report main-table --store s3://runs/paper --out report.html
`;

const byExtension: Readonly<Record<string, ReportFormat>> = {
  '.html': 'html',
  '.md': 'markdown',
  '.csv': 'csv',
  '.tex': 'latex',
  '.json': 'json',
};

async function report(
  paths: readonly string[],
  { store, out, title, commit, format, overwrite, json }: ReportArguments,
  { terminal, setup, signal }: CommandContext,
): Promise<void> {
  if (store === undefined && paths.length === 0)
    throw new UsageError("missing required argument 'runs'; or report a store with --store");
  if (out === undefined && json)
    throw new UsageError('--json describes the file that was written; name one with --out');
  if (out !== undefined) await checkOutput(out, overwrite === true);
  const kind = format ?? byExtension[extname(out ?? '').toLowerCase()] ?? 'html';
  const collect = (from: readonly string[]): Promise<ReportData> =>
    collectReport(from, { title, commit, families: setup.families });
  const data = await (store === undefined
    ? collect(paths)
    : withStoredExperiments(store, paths, { signal, work: collect }));
  const text = experimentReport(data, kind, setup.methods.all);
  if (out === undefined) return terminal.out(text);
  const isFile = await writeOutput(out, text);
  const { runs, missing } = data;
  if (json)
    jsonLine(terminal, { event: 'done', format: kind, runs: runs.length, missing: missing.length, out });
  else
    (isFile ? terminal.out : terminal.err)(
      `${counted(runs.length, 'run')}${missing.length > 0 ? `, ${counted(missing.length, 'run')} missing` : ''}: ${oneLine(out)}\n`,
    );
}
