import { type AdapterDescription, DeviceError } from '@scalearn/core';
import type { Command } from 'commander';
import { type DoctorReport, type Examined, examine } from '../doctor/examine.ts';
import { table } from '../output/format.ts';
import { jsonLine } from '../output/reporter.ts';
import type { CommandContext, Run } from './context.ts';

interface DoctorArguments {
  readonly json?: boolean;
}

export function addDoctor(root: Command, run: Run): void {
  root
    .command('doctor')
    .summary('list and test the available devices')
    .description('Lists GPUs and runtimes, tests them, and says what to install.')
    .option('--json', 'one JSON object on standard output')
    .addHelpText('after', '\nExample:\n  scalearn doctor\n')
    .action((given: DoctorArguments) => run((context) => doctor(given, context)));
}

/**
 * Runs `scalearn doctor`: lists the devices, tests whether they compute correctly, and says what to install.
 *
 * @throws DeviceError after the report, if a device computes wrong results
 */
async function doctor({ json }: DoctorArguments, { terminal }: CommandContext): Promise<void> {
  const report = await examine((text) => {
    if (!json) terminal.err(`${text}\n`);
  });
  if (json) jsonLine(terminal, { event: 'done', ...report });
  else terminal.out(reportText(report));
  if (!report.healthy) throw new DeviceError('a self-test failed; see the report');
}

/** Formats the report for people. */
export function reportText({ runtime, adapters, devices, chosen, advice, healthy }: DoctorReport): string {
  const versions = Object.entries(runtime).map(([name, value]) => `${name} ${value}`);
  const sections = [
    versions.join(', '),
    adapters.length > 0 ? adapters.map(adapterText).join('\n\n') : 'There is no WebGPU adapter.',
    `Self-test: three training steps of an adapter and of ScaLearn, compared with the reference device\n${table(
      [['device', 'result', 'loss', 'gradient', 'parameters', 'time'], ...devices.map(deviceCells)],
    ).trimEnd()}`,
    ...notes(devices),
    `auto picks ${chosen.device}${chosen.description ? ` (${chosen.description})` : ''}: ${chosen.reason}`,
    ...(advice.length > 0 ? [advice.map((text) => `Advice: ${text}`).join('\n')] : []),
    healthy ? 'All available devices compute correctly.' : 'A device fails its self-test.',
  ];
  return `${sections.join('\n\n')}\n`;
}

function adapterText({
  vendor,
  architecture,
  device,
  description,
  isSoftware,
  features,
  limits,
  subgroupSize,
}: AdapterDescription): string {
  const shown = [
    'maxBufferSize',
    'maxStorageBufferBindingSize',
    'maxStorageBuffersPerShaderStage',
    'maxComputeWorkgroupStorageSize',
    'maxComputeInvocationsPerWorkgroup',
  ];
  const named = [vendor, architecture, device].filter((part) => part !== '').join(', ');
  return [
    `WebGPU adapter: ${named || 'unnamed'}${isSoftware ? ' (software)' : ''}`,
    `  driver    ${description || 'unknown'}`,
    `  subgroups ${subgroupSize ?? 'none of one size'}`,
    `  limits    ${shown.map((name) => `${name} ${limits[name]}`).join(', ')}`,
    `  features  ${features.join(', ') || 'none'}`,
  ].join('\n');
}

function deviceCells({ device, variant, failure, test }: Examined): string[] {
  const name = variant ? `${device} ${variant}` : device;
  if (!test) return [name, failure === undefined ? 'not here' : 'FAILED', '', '', '', ''];
  const part = (value: number): string => value.toExponential(1);
  const { passed, loss, gradientNorm, parameters, seconds } = test;
  return [
    name,
    passed ? 'passed' : 'FAILED',
    part(loss),
    part(gradientNorm),
    part(parameters),
    `${seconds.toFixed(1)} s`,
  ];
}

function notes(devices: readonly Examined[]): string[] {
  const lines = devices.flatMap(({ device, variant, missing, failure }) => {
    const text = missing ?? failure;
    return text === undefined ? [] : [`${variant ? `${device} ${variant}` : device}: ${text}`];
  });
  return lines.length > 0 ? [lines.join('\n')] : [];
}
