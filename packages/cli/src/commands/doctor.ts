import { type AdapterDescription, DeviceError } from '@scalearn/core';
import type { Peaks, TuningRecord } from '@scalearn/core/graph';
import { UsageError } from '@scalearn/experiments';
import type { Int8Gain } from '@scalearn/onnx';
import type { Command } from 'commander';
import type { Examined } from '../devices/ask-drivers.ts';
import { type DoctorEvent, type DoctorReport, examine } from '../doctor/examine.ts';
import { jsonLine } from '../output/reporter.ts';
import { oneLine } from '../output/terminal.ts';
import type { CommandContext, Run } from './context.ts';

interface DoctorArguments {
  readonly full?: boolean;
  readonly tune?: boolean;
  readonly json?: boolean;
}

export function addDoctor(root: Command, run: Run): void {
  root
    .command('doctor')
    .summary('list and test the available devices')
    .description('Lists GPUs and runtimes, tests them, and says what to install.')
    .option('--full', 'test every kernel on a software adapter too; takes minutes')
    .option('--tune', 'measure which kernels are fastest on the adapter, and keep the result; takes minutes')
    .option('--json', 'one JSON object on standard output')
    .addHelpText('after', '\nExample:\n  scalearn doctor\n')
    .action((given: DoctorArguments) => run((context) => doctor(given, context)));
}

/** Shows a report about the devices. @throws DeviceError after the report, if a device computes wrong results */
async function doctor(
  { full = false, tune = false, json = false }: DoctorArguments,
  { terminal, signal }: CommandContext,
): Promise<void> {
  if (full && tune)
    throw new UsageError('--full tests kernels and --tune measures them; run doctor once with each');
  const show = (event: DoctorEvent): void => {
    if (json) return;
    if (event.event === 'testing') terminal.err(`testing ${oneLine(nameOf(event))}\n`);
    else terminal.out(foundText(event));
  };
  const report = await examine(show, { extent: full ? 'full' : tune ? 'tune' : 'quick', signal });
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
    case 'peaks':
    case 'tuning':
      // They are in the conclusion, after the table.
      return '';
  }
}

/** Formats a line of the table of devices, which is shown while it grows. */
function columns(device: string, ...others: readonly string[]): string {
  const widths = [8, 9, 9, 11, 8];
  const cells = others.map((cell, i) => cell.padStart(widths[i] ?? 0));
  return `${[device.padEnd(17), ...cells].join(' ').trimEnd()}\n`;
}

/** Formats the end of the report. */
export function conclusionText(report: DoctorReport): string {
  const { devices, chosen, messages, advice, peaks, tuning, int8, healthy } = report;
  const notes = devices.flatMap((each) => {
    const text = each.missing ?? each.skipped ?? each.failure ?? each.test?.leftOut;
    return text === undefined ? [] : [`${nameOf(each)}: ${text}`];
  });
  const sections = [
    ...(notes.length > 0 ? [notes.join('\n')] : []),
    ...(messages.length > 0
      ? [`Messages of the graphics drivers:\n${messages.map((text) => `  ${oneLine(text)}`).join('\n')}`]
      : []),
    ...(peaks ? [peaksText(peaks)] : []),
    ...(tuning && (Object.keys(tuning.products).length > 0 || tuning.struck.length > 0)
      ? [tuningText(tuning)]
      : []),
    ...(int8 ? [int8Text(int8)] : []),
    `auto picks ${chosen.device}${chosen.description ? ` (${chosen.description})` : ''}: ${chosen.reason}`,
    ...(advice.length > 0 ? [advice.map((text) => `Advice: ${text}`).join('\n')] : []),
    healthy ? 'All tested devices compute correctly.' : 'A device fails its self-test.',
  ];
  return `\n${sections.join('\n\n')}\n`;
}

/** Less is not worth the rounding. */
const leastGain = 1.1;

function int8Text({ ratio, weightBits }: Int8Gain): string {
  const times = `${ratio.toFixed(1)} times as fast as in f32`;
  const bits =
    weightBits === 7
      ? ', with weights of 7 bits, because this CPU has no exact sums of products of bytes'
      : '';
  return ratio < leastGain
    ? `Products with frozen weights in int8 are ${times} on this CPU: --precision int8 only saves memory here.`
    : `Products with frozen weights in int8 are ${times} on this CPU${bits}: try train --precision int8.`;
}

function peaksText({ f32, f16, bandwidth, dispatch, submission }: Peaks): string {
  const parts = [
    `f32 ${f32.toFixed(0)} GFLOP/s`,
    f16 === undefined ? 'no f16' : `f16 ${f16.toFixed(0)} GFLOP/s`,
    `memory ${bandwidth.toFixed(1)} GB/s`,
    `${dispatch.toFixed(0)} µs for each dispatch`,
    `${submission.toFixed(0)} µs for each submission`,
  ];
  return `Measured peaks of the adapter: ${parts.join(', ')}`;
}

/** Lists the kernels that were measured on the adapter, with those that are never used there. */
function tuningText({ products, struck }: TuningRecord): string {
  const chosen = Object.entries(products).map(([product, { tile, milliseconds, usual, isComplete }]) => {
    const times =
      milliseconds > 0 ? `, ${milliseconds.toFixed(3)} ms (usual ${usual.toFixed(3)} ms)` : ', not measured';
    return `  ${oneLine(product)}: ${oneLine(tile)}${times}${isComplete ? '' : ', not all were tried'}`;
  });
  const out = struck.map(
    ({ product, tile, reason }) => `  ${oneLine(product)}: ${oneLine(tile)}: ${oneLine(reason)}`,
  );
  return [
    `Kernels chosen by measurements:\n${chosen.join('\n') || '  none'}`,
    ...(out.length > 0 ? [`Kernels struck out on this adapter:\n${out.join('\n')}`] : []),
  ].join('\n\n');
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
