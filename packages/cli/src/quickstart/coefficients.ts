import { readSnapshot, type ScalearnVariant, scalearnVariants } from '@scalearn/core';
import { mean } from '@scalearn/evaluation';
import { openModelFolder } from '../folders/model-folder.ts';
import type { RunFile } from '../folders/run-json.ts';
import type { Coefficients } from './results.ts';

/** A method's model folders, one for each seed. */
export interface TrainedFolders {
  readonly method: string;
  readonly folders: readonly { readonly path: string; readonly run: RunFile }[];
}

/** What a method's models learned, their mean; undefined for a method without coefficients. */
export async function learnedCoefficients({
  method,
  folders,
}: TrainedFolders): Promise<Coefficients | undefined> {
  const [first] = folders;
  if (!first || !scalearnVariants.includes(first.run.method as ScalearnVariant)) return undefined;
  const all: number[][][] = [];
  for (const { path, run } of folders) all.push(await omega(path, run));
  const [one] = all as [number[][]];
  const sources = first.run.sources.map(({ name }) => name);
  return {
    method,
    sources,
    layers: one.length === 1 ? ['all'] : one.map((_, layer) => String(layer + 1)),
    values: one.map((row, layer) =>
      row.map((_, source) => mean(all.map((each) => each[layer]?.[source] as number))),
    ),
    start: Number(first.run.settings.methodSettings.initScale) / sources.length,
  };
}

/** The model's ω, `[layers or 1][sources]`; of vectors their mean. */
async function omega(path: string, { encoder }: RunFile): Promise<number[][]> {
  const { shape, fingerprint: encoderFingerprint, name: modelName } = encoder;
  const { tensors } = await readSnapshot(await openModelFolder(path), {
    encoder: shape,
    encoderFingerprint,
    modelName,
  });
  return [...tensors.values()].map(({ shape: [sources = 0, width = 1], data }) =>
    Array.from({ length: sources }, (_, i) => mean([...data.subarray(i * width, (i + 1) * width)])),
  );
}
