import type { EpochEvent, StartEvent } from './events.ts';
import { oneLine } from './terminal.ts';

/** Formats seconds as `3:05` or `1:02:03`. */
export function clock(seconds: number): string {
  if (!Number.isFinite(seconds)) return '-:--';
  const whole = Math.max(0, Math.round(seconds));
  const two = (value: number): string => String(value).padStart(2, '0');
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

/** Formats bytes in a suitable unit: `12.3 MiB`. */
export function bytes(count: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB'];
  let value = count;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}

/** Formats a number with its digits in groups of three. */
export function count(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** Formats a count with its noun: `1 step` or `1,000 steps`. */
export function counted(value: number, what: string): string {
  return `${count(value)} ${what}${value === 1 ? '' : 's'}`;
}

/** Shortens a text to one line of at most `room` characters. */
export function cut(text: string, room: number): string {
  const characters = Array.from(text.replaceAll(/\s+/g, ' '));
  return characters.length <= room ? characters.join('') : `${characters.slice(0, room - 1).join('')}…`;
}

/** Formats a loss or metric to four decimal places; null is NaN in JSON. */
export function figure(value: number | null | undefined): string {
  return value === null || value === undefined || Number.isNaN(value) ? 'undefined' : value.toFixed(4);
}

export function metricList(metrics: Readonly<Record<string, number | null>>): string {
  return Object.entries(metrics)
    .map(([name, value]) => `${name} ${figure(value)}`)
    .join(', ');
}

/** Describes the device memory of training: permanent memory, and the additional memory of a step. */
function memoryLine({ memory, activations }: Pick<StartEvent, 'memory' | 'activations'>): string {
  const { arena = 0, ...groups } = memory.bytes;
  const parts = Object.entries({ ...groups, activations })
    .filter(([, size]) => size > 0)
    .sort(([, a], [, b]) => b - a)
    .map(([group, size]) => `${group} ${bytes(size)}`);
  return `memory     ${bytes(memory.total - arena + activations)} on the device: ${parts.join(', ')}`;
}

/** Describes a run before its first step. */
export function startLines(event: StartEvent): string {
  const { parameters, steps, step } = event;
  const lines = [
    `task       ${event.task}, ${counted(event.trainRows, 'row')} to train on, ${count(event.validationRows)} to validate`,
    `method     ${event.method}, trains ${count(parameters.method)} parameters and ${count(parameters.head)} of the head, seed ${event.seed}`,
    `device     ${event.deviceDescription}`,
    memoryLine(event),
    `plan       ${counted(steps, 'step')}`,
  ];
  if (step > 0) lines.push(`resumed    after step ${count(step)}`);
  return `${lines.map(oneLine).join('\n')}\n`;
}

/** Formats one record of the history. */
export function epochLine({
  epoch,
  step,
  trainLoss,
  validationLoss,
  validationMetrics,
  tasks = [],
  best,
}: EpochEvent): string {
  const metrics = Object.keys(validationMetrics).length > 0 ? `, ${metricList(validationMetrics)}` : '';
  const mean = tasks.length > 0 ? ` (mean of ${tasks.length} tasks)` : '';
  const each = tasks.map(
    (record) =>
      `    ${oneLine(record.task)}: validation loss ${figure(record.validationLoss)}, ${metricList(record.validationMetrics)}\n`,
  );
  return `${tasks.length > 0 ? 'evaluation' : 'epoch'} ${epoch}, step ${count(step)}: training loss ${figure(trainLoss)}, validation loss ${figure(validationLoss)}${mean}${metrics}${best ? ' (best so far)' : ''}\n${each.join('')}`;
}
