import type { FileSet, TrainedModel } from '@scalearn/core';
import type { ExportCalibration } from './calibration.ts';
import { selectedModel } from './classifier-model.ts';
import type { ExportDtype } from './dtypes.ts';
import { OnnxExportError } from './errors.ts';
import { type ExportedModel, exportedFolder, exportedModel, firstPosition } from './exported-model.ts';

/** Options of {@link exportTogether}. */
export interface ExportTogetherOptions {
  /** Storage types of the weights, as for `exportOnnx`; weights of one model only are stored as f32. Default: `f32`. */
  readonly dtypes?: readonly ExportDtype[];
  /** Calibration of the models by their names. Default: none. */
  readonly calibrations?: Readonly<Record<string, ExportCalibration>>;
}

/**
 * Exports several models of one encoder as one ONNX file. The encoder's weights are stored once. Besides the inputs of
 * `exportOnnx`, the file takes `model`, int64 `[1]`: the index of the model, for all texts of a call. It returns the
 * logits of this model, `[batch, labels]` with the model's own number of labels. `config.json` lists the models in
 * `models`, each with its name and its labels.
 *
 * @param models each for one task, by name; their order is that of the indices
 * @throws OnnxExportError as `exportOnnx`, and for models of different encoders, or of methods that compute differently
 */
export async function exportTogether(
  models: Readonly<Record<string, TrainedModel>>,
  { dtypes = ['f32'], calibrations = {} }: ExportTogetherOptions = {},
): Promise<FileSet> {
  const [first, ...others] = Object.entries(models);
  if (!first) throw new OnnxExportError('there are no models to export');
  const [firstName, { encoder }] = first;
  for (const [name, other] of others)
    if (other.encoder !== encoder)
      throw new OnnxExportError(
        `${firstName} and ${name} have different encoders; load both on one encoder, or export them apart`,
      );
  const exported = new Map<string, ExportedModel>();
  try {
    for (const [name, model] of Object.entries(models))
      exported.set(name, await exportedModel(model, calibrations[name] ?? {}));
    const encode = (dtype: ExportDtype): Promise<Uint8Array> =>
      selectedModel(exported, { firstPosition: firstPosition(encoder), dtype });
    const heads = [...exported].map(([name, { config }]) => {
      const { architectures: _, ...head } = config;
      return { name, ...head };
    });
    const { architectures } = [...exported.values()][0]?.config ?? {};
    return await exportedFolder(encoder, dtypes, encode, { architectures, models: heads });
  } finally {
    for (const each of exported.values()) each[Symbol.dispose]();
  }
}
