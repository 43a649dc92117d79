import type { Example, Task } from '@scalearn/datasets';
import { count, counted } from '@scalearn/experiments/runs';
import { clock, table } from '../output/format.ts';
import type { Terminal } from '../output/terminal.ts';
import type { OpenedEvent, PlannedEvent } from './events.ts';
import { heatMapText } from './heat-map-text.ts';
import { nameOf } from './plan.ts';
import type { QuickstartResults } from './results.ts';

const shownRows = 3;

const story = `ScaLearn transfers trained adapters of other tasks to a new task with few labeled rows.
A single adapter learns the task from these rows alone. ScaLearn learns only how strongly
to use each trained adapter.`;

/** Describes the encoder, the sources and the task, with a few rows. */
export function openingText(
  { task, machine, device, encoder, sources }: OpenedEvent,
  columns: number,
): string {
  const { train, validation, test } = task;
  const facts = {
    machine: `${machine.description}; ${versionText(machine.versions)}`,
    device: device.description,
    encoder: `${encoder.name}, ${counted(encoder.layers, 'layer')} of hidden size ${encoder.hiddenSize}, frozen`,
    sources: `${counted(sources.length, 'trained adapter')}, frozen: ${sources.join(', ')}`,
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
  const { length: toTrain } = missing;
  const reused = models.length - toTrain;
  return [
    `${counted(methods.size, 'method')}, ${counted(seeds, 'seed')} each${once}: ${[...methods].join(', ')}.`,
    ...(reused > 0 ? [`Reused from an interrupted quickstart: ${counted(reused, 'model')}.`] : []),
    ...(toTrain > 0
      ? [`To train: ${counted(toTrain, 'model')}, estimated at ${clock(seconds)} or less.`]
      : []),
    '',
  ].join('\n');
}

/** Characters of a line if the width is not known. */
export const usualColumns = 80;

/** Formats the table of scores, the coefficients, the location of the files and the next commands. */
export function resultsText(results: QuickstartResults, out: string, terminal: Terminal): string {
  const { columns = usualColumns, colors = false } = terminal;
  const coefficients = results.coefficients.map((each) => ({ ...each, name: nameOf(each.method) }));
  const map = heatMapText(coefficients, { columns, colors });
  const next = Object.entries(nextCommands()).map(([what, line]) => `${what}\n  ${line}\n`);
  return `
${resultTable(results)}
Learned coefficients of the sources${results.seeds.length > 1 ? ', mean over the seeds' : ''}; ${startText(results, colors)}:

${map}
Saved in ${out}: report.html, results.json, all models${results.merged ? ', and merged: the best ScaLearn model as one adapter' : ''}.

${next.join('')}`;
}

function resultTable({ methods, baseline, task, seeds }: QuickstartResults): string {
  const head = ['method', 'parameters', baseline.metric, 'seconds'];
  const rows = methods.map(({ method, parameters, mean, std, seconds }) => [
    nameOf(method),
    parameters.toLocaleString('en-US'),
    `${score(mean)}${std === null ? '' : ` ± ${score(std)}`}`,
    seconds.toFixed(1),
  ]);
  const spread = seeds.length > 1 ? `mean ± standard deviation of ${seeds.length} seeds` : 'one seed';
  // The baseline has no deviation; its score is aligned with the others.
  const width = Math.max(...rows.map((row) => row[2]?.length ?? 0));
  const base = [baselineName(baseline.method), '–', score(baseline.score).padEnd(width), ''];
  return `${table([head, ...rows, base])}\n${task}, test split, ${spread}; parameters without those of the head\n`;
}

export const baselineName = (method: string): string =>
  method === 'majority' ? 'majority class' : 'mean label';

const score = (value: number | null): string => (value === null ? 'undefined' : value.toFixed(3));

function startText({ coefficients }: QuickstartResults, colors: boolean): string {
  const starts = [...new Set(coefficients.map(({ start }) => start.toFixed(2)))].join(' or ');
  return `initial value ${starts}${colors ? ', blue is larger, orange is smaller' : ''}`;
}

/** Returns commands for the next steps, by their purpose. */
export function nextCommands(): Record<string, string> {
  const train = `${commandName()} train`;
  const encoder = '--encoder FacebookAI/roberta-base';
  return {
    'Your own data, in a file with the columns text and label:': `${train} --task reviews.csv ${encoder} --out runs/reviews`,
    'Another encoder:': `${train} --task miniglue/rte --encoder microsoft/MiniLM-L12-H384-uncased --out runs/minilm`,
    'The original GLUE tasks:': `${train} --task glue/rte --data glue ${encoder} --out runs/rte`,
  };
}

/** Returns how this command was called. */
function commandName(): string {
  const { npm_lifecycle_event: script, npm_command: npm } = process.env;
  if (script === 'start') return 'npm start --';
  return npm === 'exec' ? 'npx scalearn' : 'scalearn';
}
