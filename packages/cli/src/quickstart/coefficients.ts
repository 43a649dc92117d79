import { mean } from '@scalearn/evaluation';
import type { RunFile } from '../folders/run-json.ts';
import { readCoefficients } from '../report/coefficients.ts';
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
  const read = await Promise.all(folders.map(({ path, run }) => readCoefficients(path, run)));
  const all = read.filter((each) => each !== undefined);
  const [first] = all;
  if (!first) return undefined;
  const { sources, values, start } = first;
  return {
    ...{ method, sources, start },
    layers: values.length === 1 ? ['all'] : values.map((_, layer) => String(layer + 1)),
    values: values.map((row, layer) =>
      row.map((_, source) => mean(all.map((each) => each.values[layer]?.[source] as number))),
    ),
  };
}
