import { DeviceError } from '@scalearn/core';
import type { Command } from 'commander';
import { examine } from '../doctor/examine.ts';
import { reportText } from '../doctor/report-text.ts';
import { jsonLine } from '../output/json.ts';
import type { CommandContext, Run } from './context.ts';

interface DoctorArguments {
  readonly json?: boolean;
}

export function addDoctor(root: Command, run: Run): void {
  root
    .command('doctor')
    .summary('show and test what there is to compute with')
    .description('Lists GPUs and runtimes, tests them, and says what to install.')
    .option('--json', 'one JSON object on standard output')
    .addHelpText('after', '\nExample:\n  scalearn doctor\n')
    .action((given: DoctorArguments) => run((context) => doctor(given, context)));
}

/**
 * `scalearn doctor`: what there is to compute with, whether it computes rightly, and what to install.
 *
 * @throws DeviceError after the report, if something computes wrongly
 */
async function doctor({ json }: DoctorArguments, { terminal }: CommandContext): Promise<void> {
  const report = await examine((text) => {
    if (!json) terminal.err(`${text}\n`);
  });
  if (json) jsonLine(terminal, { event: 'done', ...report });
  else terminal.out(reportText(report));
  if (!report.healthy) throw new DeviceError('a self-test failed; see the report');
}
