import { type FileSet, ReferenceDevice } from '@scalearn/core';
import { stableStringify } from '@scalearn/core/methods';
import {
  type ModelFiles,
  openModelFiles,
  readTokenizerFiles,
  type TransformerEncoder,
} from '@scalearn/encoders';
import { type ExportDtype, exportOnnx } from '@scalearn/onnx';
import { openStoredModel } from '../folders/model-folder.ts';
import type { Setup } from '../options/setup.ts';
import type { Reporter } from '../output/events.ts';
import { chosenTask } from '../tasks/model-task.ts';
import { encoderOf, loadModelEncoder } from './encoder-source.ts';
import { loadStoredModel } from './load-model.ts';

/** The model to export and the format to write. */
export interface ExportSettings {
  readonly model: string;
  /** Name of the task, for a model of several tasks. */
  readonly task?: string;
  readonly encoder?: string;
  readonly dtypes: readonly ExportDtype[];
}

/** A model with its encoder as the files of a folder for transformers.js, not yet saved. */
export interface ExportedModel {
  readonly task: string;
  /** Id of the method; undefined for a folder without `run.json`. */
  readonly method: string | undefined;
  readonly files: FileSet;
}

/**
 * Exports the model of a folder. It computes nothing and needs no device.
 *
 * @throws FolderError, UsageError, ModelFileError as for predictions; OnnxExportError for a model that ONNX cannot
 * represent
 */
export async function exportModel(
  settings: ExportSettings,
  reporter: Reporter,
  signal: AbortSignal,
  { methods, families }: Pick<Setup, 'methods' | 'families'>,
): Promise<ExportedModel> {
  const { model: path, task, dtypes } = settings;
  const stored = await openStoredModel(path, { signal });
  const chosen = chosenTask(stored, task);
  const encoderName = await encoderOf(chosen, settings.encoder);
  using device = new ReferenceDevice();
  using encoder = await loadModelEncoder(chosen, encoderName, { device, families, reporter, signal });
  using whole = await loadStoredModel(stored, encoder, reporter, [], methods.readers);
  const model = task === undefined ? whole : whole.for(task);
  const files = await exportOnnx(model, { dtypes });
  const maxLength = Math.min(model.task.maxLength, encoder.maxLength);
  const tokenizer = await tokenizerFiles(await openModelFiles(encoderName, { signal }), encoder, maxLength);
  return { task: model.task.id, method: chosen.run?.method, files: { ...files, ...tokenizer } };
}

/**
 * Returns the tokenizer's files as transformers.js needs them. If the encoder has only an older vocabulary file,
 * `tokenizer.json` is made from it. transformers.js reads three things from `tokenizer_config.json`: the longest text,
 * the padding token, and, from the class, whether there are token types. Encoders' own files often lack these.
 *
 * @param maxLength tokens of the longest text, including special tokens
 */
async function tokenizerFiles(
  files: ModelFiles,
  { config: { padTokenId }, family }: Pick<TransformerEncoder, 'config' | 'family'>,
  maxLength: number,
): Promise<FileSet> {
  const { json, text, config: own } = await readTokenizerFiles(files, { families: [family] });
  const { pythonClass } = family;
  const padToken = own.pad_token ?? tokenOf(json, padTokenId);
  return {
    'tokenizer.json': text,
    'tokenizer_config.json': stableStringify({
      ...own,
      tokenizer_class: pythonClass ? `${pythonClass}Tokenizer` : 'PreTrainedTokenizer',
      model_max_length: maxLength,
      ...(padToken === undefined ? {} : { pad_token: padToken }),
    }),
  };
}

function tokenOf({ added_tokens: tokens }: Readonly<Record<string, unknown>>, id: number): unknown {
  const all = Array.isArray(tokens) ? (tokens as readonly { id?: unknown; content?: unknown }[]) : [];
  return all.find((token) => token.id === id)?.content;
}
