import type { ReportContext } from '../context.ts';
import type { ReportRun } from '../data.ts';
import type { ReportSection } from '../document.ts';
import { groupBy } from '../group-by.ts';
import { axisName } from '../method-rows.ts';
import type { ReportTable } from '../tables/model.ts';

/** Settings that differ between all runs, or are paths of the machine. They are left out. */
const left = new Set([
  'task',
  'tasks',
  'method',
  'encoder',
  'data',
  'own',
  'sources',
  'seed',
  'methodSettings',
]);

/** Makes the section of what was run: settings by method, encoders, versions. */
export function settingsSection({ data }: ReportContext): ReportSection | undefined {
  if (data.runs.length === 0) return undefined;
  return {
    heading: 'What was run',
    parts: [{ facts: runFacts(data) }, { table: settingsTable(data.runs) }],
  };
}

function runFacts({ runs, encoders, tasks, created, commit }: ReportContext['data']): Record<string, string> {
  const sources = runs.filter(({ purpose }) => purpose === 'source').length;
  const unofficial = Object.values(tasks).flatMap((task) => task.unofficial);
  return {
    Encoders: Object.values(encoders)
      .map(
        ({ name, layers, hiddenSize, fingerprint }) =>
          `${name}, ${layers} layers of hidden size ${hiddenSize}, fingerprint ${fingerprint.slice(0, 12)}`,
      )
      .join('; '),
    Tasks: Object.values(tasks)
      .map(({ id, rows }) => `${id} (${rows.toLocaleString('en-US')} test rows)`)
      .join(', '),
    Runs: sources > 0 ? `${runs.length}, of which ${sources} only serve as sources` : String(runs.length),
    Seeds: [...new Set(runs.map(({ seed }) => seed))].sort((a, b) => a - b).join(', '),
    Devices: [...new Set(runs.map(({ device }) => device))].join(', '),
    Versions: `scalearn ${[...new Set(runs.map(({ version }) => version))].join(', ')}`,
    'Training time': `${(runs.reduce((sum, run) => sum + run.seconds, 0) / 60).toFixed(1)} minutes in all`,
    ...(unofficial.length > 0 ? { 'Not the official data': unofficial.join('; ') } : {}),
    ...(created === undefined ? {} : { Collected: created }),
    ...(commit === undefined ? {} : { Commit: commit }),
  };
}

/** Makes a table with a row for each method and a column for each setting that has a value in any run. */
function settingsTable(runs: readonly ReportRun[]): ReportTable {
  const all = runs.map((run) => ({ run, settings: flat(run.settings) }));
  const entries = groupBy(all, ({ run: { encoder, entry } }) => JSON.stringify([encoder, entry]));
  const names = new Set(
    all.flatMap(({ settings }) =>
      [...settings].flatMap(([name, value]) => ((value ?? null) === null ? [] : [name])),
    ),
  );
  return {
    title: 'Settings by method',
    note: 'Several values: they differ between tasks or seeds.',
    columns: [
      { title: 'Method' },
      ...Array.from(names, (name) => ({ title: axisName(name), numeric: true })),
    ],
    groups: [
      {
        rows: [...entries.values()].map((own) => [
          (own[0] as (typeof own)[number]).run.label,
          ...Array.from(names, (name) => valuesText(own.map(({ settings }) => settings.get(name)))),
        ]),
      },
    ],
  };
}

/** Merges the settings of training and those of the method. */
function flat(settings: ReportRun['settings']): ReadonlyMap<string, unknown> {
  const own = Object.entries(settings).filter(([name]) => !left.has(name));
  return new Map([...own, ...Object.entries(settings.methodSettings ?? {})]);
}

function valuesText(values: readonly unknown[]): string {
  const different = [...new Set(values.map(settingText))];
  return different.length > 6 ? `${different.length} values` : different.join('; ');
}

function settingText(value: unknown): string {
  if (value === null || value === undefined) return '–';
  if (Array.isArray(value)) return value.length > 4 ? `${value.length} values` : value.join(', ');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
