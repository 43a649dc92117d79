import type { Example, Task } from '@scalearn/datasets';
import { clock, count, counted } from '../output/format.ts';
import type { OpenedEvent, PlannedEvent } from './events.ts';
import { nameOf } from './plan.ts';

const shownRows = 3;

const story = `ScaLearn: trained adapters of other tasks help a new task with few labeled rows.
A single adapter learns the task from these rows alone; ScaLearn learns only how much
of each trained adapter to use.`;

/** Describes the encoder, the sources and the task, with a few rows. */
export function openingText(
  { task, machine, device, encoder, sources }: OpenedEvent,
  columns: number,
): string {
  const { train, validation, test } = task;
  const facts = {
    machine: `${machine.description}; ${versionText(machine.versions)}`,
    device: device.description,
    encoder: `${encoder.name}, ${counted(encoder.layers, 'layer')} of hidden size ${encoder.hiddenSize}; it stays as it is`,
    sources: `${counted(sources.length, 'trained adapter')}: ${sources.join(', ')}; they stay as they are`,
    task: `${task.id}, ${counted(train.length, 'row')} to train on, ${count(validation.length)} to validate, ${count(test.length)} to test`,
  };
  const lines = Object.entries(facts).map(([name, text]) => `${name.padEnd(9)}${text}`);
  const rows = train.slice(0, shownRows).map((row) => rowText(row, task, columns));
  return `${story}\n\n${lines.join('\n')}\n\n${rows.join('\n')}`;
}

export function versionText(versions: Readonly<Record<string, string>>): string {
  return Object.entries(versions)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');
}

/** Formats a row: its label, and below it each text on a line. */
function rowText({ segments, label }: Example, { labels, columns: names }: Task, columns: number): string {
  const answer = labels?.[label as number] ?? String(label);
  const width = Math.max(...names.map(({ length }) => length));
  const texts = segments.map((text, i) => cut(`  ${(names[i] ?? '').padEnd(width)}  ${text}`, columns));
  return `${answer}\n${texts.join('\n')}\n`;
}

const cut = (text: string, columns: number): string =>
  text.length > columns ? `${text.slice(0, columns - 1)}…` : text;

/** Describes what will be trained, and how long it takes. */
export function planText({ models, missing, seconds }: PlannedEvent): string {
  const methods = new Set(models.map(({ entry }) => nameOf(entry.id)));
  const seeds = 1 + Math.max(...models.map(({ seed }) => seed));
  const once =
    models.some(({ entry }) => entry.stage === 'joint') && seeds > 1 ? ', one for joint methods' : '';
  const reused = models.length - missing.length;
  return [
    `${counted(methods.size, 'method')}, ${counted(seeds, 'seed')} each${once}: ${[...methods].join(', ')}.`,
    ...(reused > 0 ? [`Already there, from an interrupted quickstart: ${counted(reused, 'model')}.`] : []),
    ...(missing.length > 0
      ? [
          `To train: ${counted(missing.length, 'model')}, at most ${clock(seconds)}, estimated from a measurement.`,
        ]
      : []),
    '',
  ].join('\n');
}
