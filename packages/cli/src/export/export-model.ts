import { join } from 'node:path';
import { type FileSet, ReferenceDevice } from '@scalearn/core';
import { openModelFiles, type TransformerEncoder, transformersTokenizerFiles } from '@scalearn/encoders';
import type { Setup } from '@scalearn/experiments';
import type { Reporter } from '@scalearn/experiments/runs';
import { readOwnJson } from '@scalearn/experiments/runs';
import { exportCard, modelCardFile } from '@scalearn/models';
import { type ExportDtype, exportedFiles, exportOnnx, exportTogether } from '@scalearn/onnx';
import * as v from 'valibot';
import { type ExportScore, measureExport } from './measure-export.ts';
import { choicesOf, type ModelChoice, type OpenedModel, openEncoder, openModel } from './opened-models.ts';

/** The models to export and the files to write. */
export interface ExportSettings {
  /** One model, or several of one encoder for one file. */
  readonly models: readonly [ModelChoice, ...ModelChoice[]];
  readonly encoder?: string | undefined;
  readonly dtypes: readonly ExportDtype[];
}

/** A storage type of the exported models, with its size and the scores that were measured. */
export interface ExportedVariant {
  readonly dtype: ExportDtype;
  /** Path in the folder; null if it was only measured, for comparison. */
  readonly file: string | null;
  readonly bytes: number;
  /** Score of each measured model by its name. */
  readonly scores: ReadonlyMap<string, ExportScore>;
}

/** Models with their encoder as the files of a folder for transformers.js, not yet saved. */
export interface Exported {
  readonly models: readonly ExportedDescription[];
  readonly variants: readonly ExportedVariant[];
  readonly files: FileSet;
}

export interface ExportedDescription {
  readonly name: string;
  readonly task: string;
  /** Id of the method; undefined for a folder without `run.json`. */
  readonly method: string | undefined;
  /** The task whose rows were scored; undefined if none were. */
  readonly data: string | undefined;
}

/**
 * Exports one or several models, and scores each file on the test rows with ONNX Runtime. It needs no device.
 *
 * @throws FolderError, UsageError, ModelFileError as for predictions; OnnxExportError for a model that ONNX cannot
 * represent, or models that one file cannot hold
 */
export async function exportModels(
  { models: given, encoder: place, dtypes }: ExportSettings,
  reporter: Reporter,
  signal: AbortSignal,
  { methods, families }: Pick<Setup, 'methods' | 'families'>,
): Promise<Exported> {
  using device = new ReferenceDevice();
  const [first, ...others] = given;
  const choices = others.length === 0 ? [first] : (await Promise.all(given.map(choicesOf))).flat();
  const { encoder, source } = await openEncoder(choices[0] ?? first, place, {
    device,
    families,
    reporter,
    signal,
  });
  const models: OpenedModel[] = [];
  try {
    for (const choice of choices)
      models.push(await openModel(choice, encoder, methods, { reporter, signal }));
    const { files, variants } = await exportVariants(models, encoder, dtypes, reporter, signal);
    const longest = Math.max(...models.map(({ model }) => model.task.maxLength));
    const maxLength = Math.min(longest, encoder.maxLength);
    const tokenizer = await transformersTokenizerFiles(
      await openModelFiles(source, { signal }),
      encoder,
      maxLength,
    );
    const descriptions = models.map(({ name, model, run, rows }) => ({
      ...{ name, task: model.task.id, method: run?.method, data: rows.task?.id },
    }));
    const card = cardOf(models, encoder, variants);
    const content = { ...files, ...tokenizer, [modelCardFile]: card };
    const exported = { models: descriptions, variants };
    const description = encodeExportFile(facts(exported), Object.keys(content));
    return { ...exported, files: { ...content, [exportFileName]: description } };
  } finally {
    for (const each of models) each[Symbol.dispose]();
    encoder.dispose();
  }
}

/** Exports every type. If there are rows, each is scored, and f32 for comparison. */
async function exportVariants(
  models: readonly OpenedModel[],
  encoder: TransformerEncoder,
  dtypes: readonly ExportDtype[],
  reporter: Reporter,
  signal: AbortSignal,
): Promise<Pick<Exported, 'files' | 'variants'>> {
  const isScored = models.some(({ rows }) => rows.task !== undefined);
  const all = isScored && !dtypes.includes('f32') ? [...dtypes, 'f32' as const] : dtypes;
  const exported = await exportAll(models, all);
  const contents = all.map((dtype) => exported[exportedFiles[dtype].file] as Uint8Array);
  const scores = contents.map(() => new Map<string, ExportScore>());
  for (const [index, { name, model, rows }] of models.entries()) {
    if (!rows.task) continue;
    const what = { encoder, task: rows.task, shape: model.task, model: index };
    const measured = await measureExport(contents, what, reporter, signal);
    for (const [i, score] of measured.entries()) scores[i]?.set(name, score);
  }
  const variants = all.map((dtype, i) => ({
    dtype,
    file: dtypes.includes(dtype) ? exportedFiles[dtype].file : null,
    bytes: (contents[i] as Uint8Array).length,
    scores: scores[i] as ReadonlyMap<string, ExportScore>,
  }));
  const unwanted = variants.flatMap(({ dtype, file }) => (file === null ? [exportedFiles[dtype].file] : []));
  const files = Object.fromEntries(Object.entries(exported).filter(([name]) => !unwanted.includes(name)));
  return { files, variants };
}

function exportAll(models: readonly OpenedModel[], dtypes: readonly ExportDtype[]): Promise<FileSet> {
  const [only, ...others] = models as [OpenedModel, ...OpenedModel[]];
  if (others.length === 0) return exportOnnx(only.model, { dtypes, calibration: only.calibration });
  const byName = Object.fromEntries(models.map(({ name, model }) => [name, model]));
  const calibrations = Object.fromEntries(models.map(({ name, calibration }) => [name, calibration]));
  return exportTogether(byName, { dtypes, calibrations });
}

/** Returns what `export.json` and `--json` say. */
export function facts({ models, variants }: Omit<Exported, 'files'>): object {
  const described = models.map(({ name, task, method = null, data = null }) => ({
    ...{ name, task, method, measured: data },
  }));
  const [only, ...others] = described as [(typeof described)[number], ...typeof described];
  const isOne = others.length === 0;
  const types = variants.map(({ dtype, file, bytes, scores }) => {
    const measured = [...scores].map(([name, score]) => ({
      ...(isOne ? {} : { name }),
      ...scoreFacts(score),
    }));
    return { dtype, file, bytes, ...(isOne ? measured[0] : { models: measured }) };
  });
  if (!isOne) return { format: 'onnx', models: described, types };
  const { name: _, ...facts } = only;
  return { ...facts, format: 'onnx', types };
}

const scoreFacts = ({ rows, metrics, seconds }: ExportScore): object => ({
  ...{ rows, metrics, rowsPerSecond: Math.round((10 * rows) / seconds) / 10 },
});

function cardOf(
  models: readonly OpenedModel[],
  { name, fingerprint, architecture, source }: TransformerEncoder,
  variants: readonly ExportedVariant[],
): string {
  const unscored = models.filter(({ rows }) => rows.reason !== undefined);
  const reasons = unscored.map(({ name, rows }) =>
    models.length > 1 ? `${name}: ${rows.reason}` : rows.reason,
  );
  return exportCard({
    encoder: { name, fingerprint, layers: architecture.layers, source: source ?? null },
    models: models.map(({ name, model, methodId, calibration, rows }) => {
      const score = variants[0]?.scores.get(name);
      return {
        ...{ name, methodId, task: { ...model.task, ...calibration } },
        measured: score && rows.task && { metric: score.metric, rows: score.rows, data: rows.task.id },
      };
    }),
    files: variants.map(({ dtype, file, bytes, scores }) => ({
      ...{ dtype, file, bytes, transformersDtype: exportedFiles[dtype].transformersDtype },
      scores: Object.fromEntries(
        [...scores].map(([name, { metric, metrics }]) => [name, metrics[metric] ?? Number.NaN]),
      ),
      rowsPerSecond: scores.size === 0 ? undefined : rowsPerSecond([...scores.values()]),
    })),
    reason: reasons.length === 0 ? undefined : reasons.join('; '),
  });
}

/** Returns the rows per second of several scores together. */
export function rowsPerSecond(scores: readonly ExportScore[]): number {
  const sum = (of: (score: ExportScore) => number): number => scores.reduce((all, each) => all + of(each), 0);
  return sum(({ rows }) => rows) / sum(({ seconds }) => seconds);
}

/** File of an exported folder that says what was exported, and which files belong to it. */
const exportFileName = 'export.json';

const formatVersion = 1;

const fileNames = v.object({
  formatVersion: v.literal(formatVersion, `${formatVersion}`),
  files: v.array(v.string('a text'), 'a list of texts'),
});

/** Returns the text of `export.json`. @param facts what was exported; @param files names of all other files */
function encodeExportFile(facts: object, files: readonly string[]): string {
  const all = [...files, exportFileName].sort();
  return `${JSON.stringify({ formatVersion, ...facts, files: all }, null, 2)}\n`;
}

/**
 * Returns the names of the files that an export wrote into a folder; undefined if it holds no export.
 *
 * @throws FolderError if `export.json` is damaged or of another version
 */
export async function filesOfExport(folder: string): Promise<readonly string[] | undefined> {
  const advice = 'remove the folder, or choose another one';
  const read = await readOwnJson(join(folder, exportFileName), fileNames, formatVersion, advice);
  return read?.files;
}
