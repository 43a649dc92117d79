import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { EncoderShape, EpochRecord, MemoryUse } from '@scalearn/core';
import { testMetrics } from '../model/scores.ts';
import type { TrainSettings } from '../options/settings-schema.ts';
import type { DoneEvent, OwnAdapterScore, SplitScore, TaskScore } from '../output/events.ts';
import { readOwnJson } from './own-json.ts';
import { foundPlaces, storedPlaces } from './places.ts';
import { runSchema } from './run-schema.ts';

export const runFileName = 'run.json';
const formatVersion = 1;

/** `run.json`: how a model came about, enough to evaluate it, to merge it and to repeat the run. */
export interface RunFile {
  readonly formatVersion: typeof formatVersion;
  /** Of this package. */
  readonly version: string;
  /** Written by `train` or `merge`. */
  readonly command: 'train' | 'merge';
  readonly task: string;
  readonly method: string;
  readonly seed: number;
  /** Every option of the command, defaults filled in. */
  readonly settings: TrainSettings;
  readonly encoder: {
    /** As the user named it. */
    readonly source: string;
    /** Absolute, for folders of this machine; where it lies by now, once read. */
    readonly path: string | null;
    readonly name: string;
    readonly fingerprint: string;
    readonly shape: EncoderShape;
  };
  /** Of several tasks the sums. */
  readonly data: RunData;
  readonly sources: readonly RunSource[];
  readonly history: readonly StoredEpoch[];
  readonly bestEpoch: number;
  readonly steps: number;
  readonly parameters: { readonly method: number; readonly head: number };
  /** Of the restored best state, by split; empty for a model of several tasks, which have their own. */
  readonly results: Readonly<Record<string, SplitScore>>;
  /** Of a joint method: each of its tasks. */
  readonly tasks?: readonly TaskRun[];
  readonly device: { readonly kind: string; readonly description: string; readonly memory: MemoryUse };
  readonly seconds: number;
  readonly tokensPerSecond: number | null;
  /** What a merged model was before. */
  readonly mergedFrom?: { readonly method: string; readonly path: string };
  /** Names of the folder's files, this one left out. */
  readonly files: readonly string[];
}

/** An adapter that a model was trained from. */
export interface RunSource {
  readonly name: string;
  /** Absolute; in the file relative to it, with `/` between its parts. */
  readonly path: string;
  /** Name and checksum of the weights; earlier versions did not write it. */
  readonly fingerprint?: string;
}

/** A record of the history; null where a figure was no number that JSON has. */
export interface StoredEpoch extends Pick<EpochRecord, 'epoch' | 'step'> {
  readonly trainLoss: number | null;
  readonly validationLoss: number | null;
  readonly validationMetrics: Readonly<Record<string, number | null>>;
  /** Of each task, in joint training. */
  readonly tasks?: readonly {
    readonly task: string;
    readonly validationLoss: number | null;
    readonly validationMetrics: Readonly<Record<string, number | null>>;
  }[];
}

/** The rows a model was trained on. */
export interface RunData {
  /** Null for a task that writes its rows itself. */
  readonly path: string | null;
  readonly fingerprint: string;
  /** Rows that were used, after division and limits. */
  readonly rows: { readonly train: number; readonly validation: number; readonly test: number };
  /** Rows of the files. */
  readonly files: Readonly<Record<string, number>>;
  /** Files with more or fewer rows than the official release: scores are not comparable with published ones. */
  readonly unofficial: readonly string[];
}

/** One task of a joint method. */
export interface TaskRun {
  readonly task: string;
  readonly data: RunData;
  readonly results: Readonly<Record<string, SplitScore>>;
}

/** The text of `run.json`. @param folder absolute, in which it will lie */
export async function encodeRunFile(run: Omit<RunFile, 'formatVersion'>, folder: string): Promise<string> {
  return `${JSON.stringify({ formatVersion, ...(await storedPlaces(run, folder)) }, null, 2)}\n`;
}

/**
 * Reads a folder's `run.json`. Where what it names has been moved with the folder, it is found.
 *
 * @returns undefined where there is none
 * @throws FolderError that names the file, and the field, if it is damaged or of another version
 */
export async function readRunFile(folder: string): Promise<RunFile | undefined> {
  const path = join(folder, runFileName);
  const advice = 'restore the file, or train the model again';
  const run = await readOwnJson(path, runSchema, formatVersion, advice);
  return run && foundPlaces(run, folder);
}

/** Names of the files that a run wrote, as far as its `run.json` still tells: whatever else is wrong in it. */
export async function filesOfRun(folder: string): Promise<readonly string[]> {
  try {
    const { files } = JSON.parse(await readFile(join(folder, runFileName), 'utf8')) as { files: unknown };
    return Array.isArray(files) ? files.filter((file) => typeof file === 'string') : [];
  } catch {
    return [];
  }
}

function taskScore({ task, results }: TaskRun): TaskScore {
  return { task, metrics: testMetrics(results), loss: results.test?.loss ?? null };
}

/** The line that ends a good run, again from the file. */
export function doneEvent(run: RunFile, out: string, ownAdapter?: OwnAdapterScore): DoneEvent {
  const test = run.results.test;
  return {
    event: 'done',
    task: run.task,
    method: run.method,
    seed: run.seed,
    metrics: testMetrics(run.results),
    loss: test?.loss ?? null,
    ...(run.tasks ? { tasks: run.tasks.map(taskScore) } : {}),
    bestEpoch: run.bestEpoch,
    steps: run.steps,
    parameters: run.parameters,
    seconds: run.seconds,
    tokensPerSecond: run.tokensPerSecond,
    device: run.device.kind,
    out,
    ...(ownAdapter && { ownAdapter }),
  };
}
