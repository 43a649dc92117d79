import { ModelFileError } from '../files/errors.ts';
import type { EncoderArchitecture } from '../nn/architecture.ts';
import type { Adapter } from './adapter.ts';
import { parseAdapterConfig } from './adapter-config.ts';
import { adapterTensors } from './adapter-files.ts';
import { adapterMisfit } from './adapter-fit.ts';
import { readAdapter } from './adapter-reader.ts';
import { bottleneck } from './bottleneck.ts';
import {
  type MethodReader,
  type ModelFolder,
  type ReadTarget,
  requiredFile,
  type StoredMethod,
} from './model-folder.ts';
import { openFolderTensors } from './tensor-files.ts';

/**
 * Reads the adapter of a bottleneck folder, to be used as a source in stage 2.
 *
 * @param within a folder inside it, with a slash at the end
 * @param inProbe whether it is part of a probe's folder, which gives the factor of the adapter
 * @throws ModelFileError that names the kind, for an adapter of another kind
 */
export async function readAdapterFolder(folder: ModelFolder, within = '', inProbe = false): Promise<Adapter> {
  const path = `${within}adapter_config.json`;
  const where = `${folder.describe()}/${path}`;
  const config = parseAdapterConfig(await requiredFile(folder, path, folder.text(path)), where);
  if (config.sparsity < 1)
    throw new ModelFileError(
      `${where}: sparsity is ${config.sparsity}, so the adapter needs its masks; ` +
        'read the folder as a model of its own method, or merge it first',
    );
  if (config.omega !== 1 && !inProbe)
    throw new ModelFileError(
      `${where}: omega is ${config.omega}, so the adapter belongs to a probe, which multiplies it; read the probe`,
    );
  const { tensors, where: file } = await openFolderTensors(folder, `${within}adapter`);
  return readAdapter(config, tensors, file);
}

/** Reads the folder of a bottleneck adapter. */
export const bottleneckReader: MethodReader = async (folder, target) => {
  if ((await folder.text('adapter_config.json')) === undefined) return undefined;
  const adapter = await readAdapterFolder(folder);
  checkAdapterFits(adapter, target, folder);
  return storedAdapter(adapter, target.encoder);
};

/** Converts an adapter to a trained bottleneck method. */
export function storedAdapter(adapter: Adapter, encoder: EncoderArchitecture): StoredMethod {
  const { name, hiddenSize, width, nonLinearity, warnings } = adapter;
  const method = bottleneck({ width, reductionFactor: hiddenSize / width, nonLinearity });
  return { adapterName: name, method, tensors: adapterTensors(adapter, encoder), warnings };
}

/** Checks an adapter. @throws ModelFileError if it was trained on another encoder */
export function checkAdapterFits(adapter: Adapter, target: ReadTarget, folder: ModelFolder): void {
  const misfit = adapterMisfit(adapter, target);
  if (misfit !== undefined) throw new ModelFileError(`the adapter in ${folder.describe()} ${misfit}`);
}
