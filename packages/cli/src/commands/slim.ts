import type { Command } from 'commander';
import { type Binaries, findBinaries, othersOf, removeBinaries } from '../folders/binaries.ts';
import { bytes, table } from '../output/format.ts';
import { jsonLine } from '../output/reporter.ts';
import type { CommandContext, Run } from './context.ts';

interface SlimArguments {
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

export function addSlim(root: Command, run: Run): void {
  root
    .command('slim')
    .summary('remove the parts of the installation for other systems')
    .description(
      'Removes the binaries of onnxruntime-node and webgpu for other systems than this one from the installation.',
    )
    .option('--dry-run', 'show what would be removed')
    .option('--json', 'one JSON object on standard output')
    .addHelpText('after', '\nExample:\n  scalearn slim\n')
    .action((given: SlimArguments) => run((context) => slim(given, context)));
}

async function slim(
  { dryRun = false, json = false }: SlimArguments,
  { terminal }: CommandContext,
): Promise<void> {
  const all = await findBinaries(import.meta.url);
  const others = othersOf(all);
  if (!dryRun) await removeBinaries(others);
  const kept = all.filter((each) => !others.includes(each));
  if (json) jsonLine(terminal, { event: 'done', removed: others, kept, dryRun });
  else terminal.out(slimText(others, kept, dryRun));
}

function slimText(others: readonly Binaries[], kept: readonly Binaries[], dryRun: boolean): string {
  if (others.length === 0) return 'There is nothing to remove.\n';
  const line = (what: string) => (each: Binaries) => [each.package, each.platform, bytes(each.bytes), what];
  const rows = [...kept.map(line('kept')), ...others.map(line(dryRun ? 'to remove' : 'removed'))];
  const total = bytes(others.reduce((sum, each) => sum + each.bytes, 0));
  return `${table([['package', 'system', 'size', ''], ...rows], [0, 1, 3])}\n${total} ${dryRun ? 'would be removed' : 'removed'}. To bring them back, install the packages again (npm ci).\n`;
}
