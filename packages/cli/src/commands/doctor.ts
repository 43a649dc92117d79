import { type AdapterDescription, DeviceError } from '@scalearn/core';
import type { Command } from 'commander';
import type { Examined } from '../devices/examined.ts';
import { type DoctorEvent, type DoctorReport, examine } from '../doctor/examine.ts';
import { jsonLine } from '../output/reporter.ts';
import { oneLine } from '../output/terminal.ts';
import type { CommandContext, Run } from './context.ts';

interface DoctorArguments {
  readonly full?: boolean;
  readonly json?: boolean;
}

export function addDoctor(root: Command, run: Run): void {
  root
    .command('doctor')
    .summary('list and test the available devices')
    .description('Lists GPUs and runtimes, tests them, and says what to install.')
    .option('--full', 'test every kernel on a software adapter too; takes minutes')
    .option('--json', 'one JSON object on standard output')
    .addHelpText('after', '\nExample:\n  scalearn doctor\n')
    .action((given: DoctorArguments) => run((context) => doctor(given, context)));
}

/** Shows a report about the devices. @throws DeviceError after the report, if a device computes wrong results */
async function doctor(
  { full = false, json = false }: DoctorArguments,
  { terminal, signal }: CommandContext,
): Promise<void> {
  const show = (event: DoctorEvent): void => {
    if (json) return;
    if (event.event === 'testing') terminal.err(`testing ${oneLine(nameOf(event))}\n`);
    else terminal.out(foundText(event));
  };
  const report = await examine(show, { full, signal });
  if (json) jsonLine(terminal, { event: 'done', ...report });
  else terminal.out(conclusionText(report));
  if (!report.healthy) throw new DeviceError('a self-test failed; see the report');
}

/** Formats what is found, for people. */
export function foundText(found: Exclude<DoctorEvent, { readonly event: 'testing' }>): string {
  switch (found.event) {
    case 'runtime':
      return `${Object.entries(found.runtime)
        .map(([name, value]) => `${name} ${value}`)
        .join(', ')}\n\n`;
    case 'adapters': {
      const { adapters } = found;
      const text =
        adapters.length > 0 ? adapters.map(adapterText).join('\n\n') : 'There is no WebGPU adapter.';
      return `${text}\n\nSelf-test: training steps, compared with the reference device\n${columns('device', 'result', 'loss', 'gradient', 'parameters', 'time')}`;
    }
    case 'examined':
      return columns(...deviceCells(found.examined));
  }
}

/** Formats a line of the table of devices, which is shown while it grows. */
function columns(device: string, ...others: readonly string[]): string {
  const widths = [8, 9, 9, 11, 8];
  const cells = others.map((cell, i) => cell.padStart(widths[i] ?? 0));
  return `${[device.padEnd(17), ...cells].join(' ').trimEnd()}\n`;
}

/** Formats the end of the report. */
export function conclusionText({ devices, chosen, messages, advice, healthy }: DoctorReport): string {
  const notes = devices.flatMap((each) => {
    const text = each.missing ?? each.skipped ?? each.failure ?? each.test?.leftOut;
    return text === undefined ? [] : [`${nameOf(each)}: ${text}`];
  });
  const sections = [
    ...(notes.length > 0 ? [notes.join('\n')] : []),
    ...(messages.length > 0
      ? [`Messages of the graphics drivers:\n${messages.map((text) => `  ${oneLine(text)}`).join('\n')}`]
      : []),
    `auto picks ${chosen.device}${chosen.description ? ` (${chosen.description})` : ''}: ${chosen.reason}`,
    ...(advice.length > 0 ? [advice.map((text) => `Advice: ${text}`).join('\n')] : []),
    healthy ? 'All tested devices compute correctly.' : 'A device fails its self-test.',
  ];
  return `\n${sections.join('\n\n')}\n`;
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

const nameOf = ({ device, variant }: { readonly device: string; readonly variant?: string }): string =>
  variant ? `${device} ${variant}` : device;

function deviceCells(examined: Examined): [string, ...string[]] {
  const { failure, skipped, test } = examined;
  if (!test) {
    const result = failure !== undefined ? 'FAILED' : skipped !== undefined ? 'left out' : 'not here';
    return [nameOf(examined), result];
  }
  const { passed, loss, gradientNorm, parameters, seconds } = test;
  const errors = [loss, gradientNorm, parameters].map((value) => value.toExponential(1));
  return [nameOf(examined), passed ? 'passed' : 'FAILED', ...errors, `${seconds.toFixed(1)} s`];
}
