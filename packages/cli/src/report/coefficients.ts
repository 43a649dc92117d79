import { readSnapshot, type ScalearnVariant, scalearnVariants } from '@scalearn/core';
import { encoderArchitecture, type FamilyOptions } from '@scalearn/encoders';
import { mean, standardDeviation } from '@scalearn/evaluation';
import type { RunCoefficients } from '@scalearn/report';
import { openModelFolder } from '../folders/model-folder.ts';
import type { RunFile } from '../folders/run-json.ts';

/** ω of a trained model of ScaLearn, vectors by their mean and deviation; undefined for other methods. */
export async function readCoefficients(
  path: string,
  run: RunFile,
  known: FamilyOptions = {},
): Promise<RunCoefficients | undefined> {
  if (!scalearnVariants.includes(run.method as ScalearnVariant)) return undefined;
  const { shape, fingerprint: encoderFingerprint, name: modelName } = run.encoder;
  const target = { encoder: encoderArchitecture(shape, known), encoderFingerprint, modelName };
  const { tensors } = await readSnapshot(await openModelFolder(path), target);
  const vectors = [...tensors.values()].map(({ shape: [sources = 0, width = 1], data }) =>
    Array.from({ length: sources }, (_, i) => data.subarray(i * width, (i + 1) * width)),
  );
  const isVector = vectors.some((layer) => layer.some(({ length }) => length > 1));
  const sources = run.sources.map(({ name }) => name);
  return {
    sources,
    values: vectors.map((layer) => layer.map(mean)),
    ...(isVector
      ? { spread: vectors.map((layer) => layer.map((each) => standardDeviation(each) ?? 0)) }
      : {}),
    start: Number(run.settings.methodSettings.initScale) / sources.length,
  };
}
