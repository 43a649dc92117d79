import { type AdapterDescription, DeviceError } from '@scalearn/core';
import type { Command } from 'commander';
import { type DoctorReport, type Examined, examine } from '../doctor/examine.ts';
import { table } from '../output/format.ts';
import { jsonLine } from '../output/reporter.ts';
import type { CommandContext, Run } from './context.ts';

export function addDoctor(root: Command, run: Run): void {
  root
    .command('doctor')
    .summary('list and test the available devices')
    .description('Lists GPUs and runtimes, tests them, and says what to install.')
    .option('--json', 'one JSON object on standard output')
    .addHelpText('after', '\nExample:\n  scalearn doctor\n')
    .action((given: { readonly json?: boolean }) => run((context) => doctor(given.json, context)));
}

/** Shows a report about the devices. @throws DeviceError after the report, if a device computes wrong results */
async function doctor(json: boolean | undefined, { terminal }: CommandContext): Promise<void> {
  const report = await examine((text) => {
    if (!json) terminal.err(`${text}\n`);
  });
  if (json) jsonLine(terminal, { event: 'done', ...report });
  else terminal.out(reportText(report));
  if (!report.healthy) throw new DeviceError('a self-test failed; see the report');
}

/** Formats the report for people. */
export function reportText({ runtime, adapters, devices, chosen, advice, healthy }: DoctorReport): string {
  const notes = devices.flatMap((each) => {
    const text = each.missing ?? each.failure;
    return text === undefined ? [] : [`${nameOf(each)}: ${text}`];
  });
  const versions = Object.entries(runtime).map(([name, value]) => `${name} ${value}`);
  const sections = [
    versions.join(', '),
    adapters.length > 0 ? adapters.map(adapterText).join('\n\n') : 'There is no WebGPU adapter.',
    `Self-test: three training steps of an adapter and of ScaLearn, compared with the reference device\n${table(
      [['device', 'result', 'loss', 'gradient', 'parameters', 'time'], ...devices.map(deviceCells)],
    ).trimEnd()}`,
    ...(notes.length > 0 ? [notes.join('\n')] : []),
    `auto picks ${chosen.device}${chosen.description ? ` (${chosen.description})` : ''}: ${chosen.reason}`,
    ...(advice.length > 0 ? [advice.map((text) => `Advice: ${text}`).join('\n')] : []),
    healthy ? 'All available devices compute correctly.' : 'A device fails its self-test.',
  ];
  return `${sections.join('\n\n')}\n`;
}

/** Limits of an adapter that decide which models it can train. */
const shownLimits = [
  ...['maxBufferSize', 'maxStorageBufferBindingSize', 'maxStorageBuffersPerShaderStage'],
  ...['maxComputeWorkgroupStorageSize', 'maxComputeInvocationsPerWorkgroup'],
];

function adapterText(adapter: AdapterDescription): string {
  const { vendor, architecture, device, description, isSoftware, features, limits, subgroupSize } = adapter;
  const named = [vendor, architecture, device].filter((part) => part !== '').join(', ');
  return [
    `WebGPU adapter: ${named || 'unnamed'}${isSoftware ? ' (software)' : ''}`,
    `  driver    ${description || 'unknown'}`,
    `  subgroups ${subgroupSize ?? 'none of one size'}`,
    `  limits    ${shownLimits.map((name) => `${name} ${limits[name]}`).join(', ')}`,
    `  features  ${features.join(', ') || 'none'}`,
  ].join('\n');
}

const nameOf = ({ device, variant }: Examined): string => (variant ? `${device} ${variant}` : device);

function deviceCells(examined: Examined): string[] {
  const { failure, test } = examined;
  if (!test) return [nameOf(examined), failure === undefined ? 'not here' : 'FAILED', '', '', '', ''];
  const { passed, loss, gradientNorm, parameters, seconds } = test;
  const errors = [loss, gradientNorm, parameters].map((value) => value.toExponential(1));
  return [nameOf(examined), passed ? 'passed' : 'FAILED', ...errors, `${seconds.toFixed(1)} s`];
}
