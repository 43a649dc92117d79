import { DeviceError } from '@scalearn/core';
import { examine } from '../doctor/examine.ts';
import { reportText } from '../doctor/report-text.ts';
import { jsonLine } from '../output/json.ts';
import type { CommandContext } from './context.ts';

export interface DoctorArguments {
  readonly json?: boolean;
}

/**
 * `scalearn doctor`: what there is to compute with, whether it computes rightly, and what to install.
 *
 * @throws DeviceError after the report, if something computes wrongly
 */
export async function doctor({ json }: DoctorArguments, { terminal }: CommandContext): Promise<void> {
  const report = await examine((text) => {
    if (!json) terminal.err(`${text}\n`);
  });
  if (json) jsonLine(terminal, { event: 'done', ...report });
  else terminal.out(reportText(report));
  if (!report.healthy) throw new DeviceError('a self-test failed; see the report');
}
