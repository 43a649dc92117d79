import { readdir, readFile } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import type { FamilyOptions } from '@scalearn/encoders';
import {
  type MissingRun,
  parseReportData,
  type ReportData,
  ReportDataError,
  type ReportEncoder,
  type ReportTask,
  reportDataVersion,
} from '@scalearn/report';
import { asFolderError, FolderError, UsageError } from '../errors.ts';
import { type IndexedRun, readExperimentIndex } from '../execution/index-file.ts';
import { relativeTo } from '../experiment/read-experiment.ts';
import { checkpointName } from '../folders/names.ts';
import { isFolder, statOf } from '../folders/paths.ts';
import { readRunFile } from '../runs/run-json.ts';
import { type CollectedRun, collectRun, encoderKey, folderName, pathId } from './read-run.ts';
import { varySettings } from './vary.ts';

/** What a report says besides its runs. */
export interface CollectOptions extends FamilyOptions {
  /** Title; by default that of the experiment. */
  readonly title?: string;
  /** Time of collection, ISO 8601; by default now. */
  readonly created?: string;
  /** Commit of the repository that the runs were made with; by default none is named. */
  readonly commit?: string;
}

/**
 * Reads runs from folders of models, folders that contain those, experiments, and the JSON of other reports.
 *
 * @throws FolderError or UsageError that names the path, if it holds no runs, or if runs do not belong together
 */
export async function collectReport(
  paths: readonly string[],
  options: CollectOptions = {},
): Promise<ReportData> {
  const known = { families: options.families };
  const titles: string[] = [];
  const plain: CollectedRun[] = [];
  const named: CollectedRun[] = [];
  const missing: MissingRun[] = [];
  const reports: ReportData[] = [];
  const references: string[] = [];
  for (const path of paths) {
    if (!(await isFolder(path))) {
      reports.push(await readReport(path));
      continue;
    }
    const experiment = await collectExperiment(path, known);
    const found = experiment ?? (await collectFolder(path, known));
    if (experiment) {
      titles.push(experiment.title);
      references.push(...experiment.references);
    }
    (experiment ? named : plain).push(...found.runs);
    missing.push(...found.missing);
  }
  const own = joined([...named, ...varySettings(plain)]);
  // The JSON of a single report holds the time when its runs were collected.
  const same = paths.length === 1 ? reports[0] : undefined;
  return mergeReports([{ ...own, references, missing }, ...reports], {
    title: options.title ?? titles[0] ?? reports[0]?.title ?? 'Runs of scalearn',
    created: same?.created ?? options.created ?? new Date().toISOString(),
    commit: options.commit ?? same?.commit,
  });
}

type Found = { readonly runs: readonly CollectedRun[]; readonly missing: readonly MissingRun[] };

/** Reads a run, or the runs in a folder of folders. */
async function collectFolder(path: string, known: FamilyOptions): Promise<Found> {
  const file = await readRunFile(path);
  if (file) return { runs: [await collectRun(path, file, known)], missing: [] };
  const runs: CollectedRun[] = [];
  const missing: MissingRun[] = [];
  for (const entry of await readdir(path, { withFileTypes: true })) {
    if (!entry.isDirectory() || entry.name.startsWith('.')) continue;
    const inner = join(path, entry.name);
    const each = await readRunFile(inner);
    // Merged models in the folder are skipped: they were made from runs.
    if (each && each.command !== 'merge') runs.push(await collectRun(inner, each, known));
    else if (!each && (await statOf(join(inner, checkpointName))))
      missing.push({ what: pathId(inner), reason: 'interrupted: continue it with train and --resume' });
  }
  if (runs.length + missing.length > 0) return { runs, missing };
  throw new UsageError(
    `${path} holds no runs: no run.json, no experiment.json, and no folders with a run.json; give folders that train or run wrote`,
  );
}

async function readReport(path: string): Promise<ReportData> {
  try {
    return parseReportData(await readFile(path, 'utf8'), path);
  } catch (error) {
    if (error instanceof ReportDataError) throw new FolderError(error.message, { cause: error });
    throw asFolderError(error, `${path} could not be read`);
  }
}

type Runs = Pick<ReportData, 'encoders' | 'tasks' | 'runs' | 'references' | 'missing'>;

function joined(collected: readonly CollectedRun[]): Omit<Runs, 'references' | 'missing'> {
  const encoders: Record<string, ReportEncoder> = {};
  const tasks: Record<string, ReportTask> = {};
  for (const { tasks: own, encoder, folder } of collected) {
    const key = encoderKey(encoder);
    encoders[key] = { ...encoder, parameters: encoders[key]?.parameters ?? encoder.parameters };
    for (const task of own) tasks[task.id] = sameTask(tasks[task.id], task, folder);
  }
  return { encoders, tasks, runs: collected.map(({ run }) => run) };
}

/**
 * Checks that two runs of a task have the same test split.
 * @throws UsageError if not: their scores are not comparable
 */
function sameTask(known: ReportTask | undefined, task: ReportTask, where: string): ReportTask {
  if (!known) return task;
  const differs =
    known.rows !== task.rows ||
    (known.labels !== undefined && task.labels !== undefined && known.labels !== task.labels);
  if (differs)
    throw new UsageError(
      `${where}: the test rows of ${task.id} are not those of the other runs; scores on them do not belong in one table, so report them apart`,
    );
  return { ...task, ...known, unofficial: [...new Set([...known.unofficial, ...task.unofficial])] };
}

function mergeReports(
  parts: readonly Runs[],
  about: Required<Pick<ReportData, 'title' | 'created'>> & Pick<ReportData, 'commit'>,
): ReportData {
  const tasks: Record<string, ReportTask> = {};
  for (const part of parts)
    for (const task of Object.values(part.tasks)) tasks[task.id] = sameTask(tasks[task.id], task, 'a report');
  const runs = new Map(
    parts.flatMap((part) => part.runs.map((run) => [JSON.stringify([run.encoder, run.id]), run])),
  );
  if (runs.size === 0 && parts.every(({ missing }) => missing.length === 0))
    throw new UsageError('there are no runs to report');
  const references = [...new Set(parts.flatMap((part) => part.references ?? []))];
  return {
    ...{ kind: 'scalearn-report', formatVersion: reportDataVersion, ...about },
    encoders: Object.assign({}, ...parts.map(({ encoders }) => encoders)),
    ...{ tasks, runs: [...runs.values()] },
    ...(references.length > 0 ? { references } : {}),
    missing: parts.flatMap(({ missing }) => missing),
  };
}

/**
 * Reads an experiment's folder.
 *
 * @returns undefined if there is no `experiment.json`
 * @throws FolderError that names the file if it is damaged or of another version
 */
async function collectExperiment(
  folder: string,
  known: FamilyOptions,
): Promise<(Found & { readonly title: string; readonly references: readonly string[] }) | undefined> {
  const index = await readExperimentIndex(folder);
  if (!index) return undefined;
  const runs: CollectedRun[] = [];
  const missing: MissingRun[] = [];
  for (const indexed of index.runs) {
    const { state, error, id, entry, label, axes, purpose, sources } = indexed;
    const names = { id, entry, label, axes, purpose, sources, encoderName: nameOf(indexed.encoder) };
    const path = join(folder, indexed.folder);
    const file = state === 'done' ? await readRunFile(path) : undefined;
    if (file) runs.push(await collectRun(path, file, known, names));
    else missing.push({ what: runText(indexed, names.encoderName), reason: reasonOf(state, error) });
  }
  return { title: index.title, references: index.references ?? [], runs, missing };
}

/** Returns an encoder's name on the hub, or the name of its folder without the path. */
function nameOf(encoder: string): string {
  const path = relativeTo('.', encoder);
  return isAbsolute(path) ? folderName(path) : encoder;
}

function runText({ label, task, seed, axes }: IndexedRun, encoder: string): string {
  const varied = Object.entries(axes).map(([name, value]) => `${name} ${value}`);
  return [label, ...varied, task, `seed ${seed}`, encoder].join(', ');
}

function reasonOf(state: IndexedRun['state'], error: string | undefined): string {
  if (state === 'failed') return `failed: ${error ?? 'unknown reason'}`;
  return state === 'done' ? 'its folder is gone' : 'not run yet';
}
