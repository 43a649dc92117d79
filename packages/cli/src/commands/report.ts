import { extname } from 'node:path';
import { collectReport, UsageError } from '@scalearn/experiments';
import { checkOutput, counted, writeOutput } from '@scalearn/experiments/runs';
import { experimentReport, type ReportFormat, reportFormats } from '@scalearn/report';
import type { Command } from 'commander';
import { choiceOption, pathOption } from '../options/command-line.ts';
import { jsonLine } from '../output/reporter.ts';
import { oneLine } from '../output/terminal.ts';
import type { CommandContext, Run } from './context.ts';

interface ReportArguments {
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
    .argument('<runs...>', 'folders of runs or of experiments, or the JSON of other reports')
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
  { out, title, commit, format, overwrite, json }: ReportArguments,
  { terminal, setup }: CommandContext,
): Promise<void> {
  if (out === undefined && json)
    throw new UsageError('--json describes the file that was written; name one with --out');
  if (out !== undefined) await checkOutput(out, overwrite === true);
  const kind = format ?? byExtension[extname(out ?? '').toLowerCase()] ?? 'html';
  const data = await collectReport(paths, {
    ...{ title, commit, families: setup.families },
  });
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
