import { ModelFileError } from '../files/errors.ts';
import type { EncoderArchitecture } from '../nn/architecture.ts';
import type { NamedTensor } from '../nn/parameters.ts';
import { type Adapter, adapterKeys } from './adapter.ts';
import { parseAdapterConfig } from './adapter-config.ts';
import { adapterMisfit } from './adapter-fit.ts';
import { readAdapter } from './adapter-reader.ts';
import { bottleneck } from './bottleneck.ts';
import type { Method } from './method.ts';
import {
  type MethodReader,
  type ModelFolder,
  type ReadTarget,
  requiredFile,
  type StoredMethod,
} from './model-folder.ts';
import { openFolderTensors } from './tensor-files.ts';

/**
 * Reads the adapter of a bottleneck folder: a source for stage 2.
 *
 * @param within the folder in it, with a slash at its end
 * @param inProbe whether it lies in a probe's folder, which says what the adapter is multiplied by
 * @throws ModelFileError for an adapter of another kind, by its name
 */
export async function readAdapterFolder(folder: ModelFolder, within = '', inProbe = false): Promise<Adapter> {
  const path = `${within}adapter_config.json`;
  const where = `${folder.describe()}/${path}`;
  const config = parseAdapterConfig(await requiredFile(folder, path, folder.text(path)), where);
  if (config.sparsity < 1)
    throw new ModelFileError(
      `${where}: sparsity is ${config.sparsity}: the adapter computes something else without its masks; ` +
        'read it as what it is, or merge it first',
    );
  if (config.omega !== 1 && !inProbe)
    throw new ModelFileError(
      `${where}: omega is ${config.omega}: it is one of a probe, which multiplies it, and cannot be read by itself`,
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

/** An adapter as a trained bottleneck method. */
export function storedAdapter(adapter: Adapter, encoder: EncoderArchitecture): StoredMethod {
  return {
    adapterName: adapter.name,
    method: bottleneckFor(adapter),
    tensors: adapterTensors(adapter, encoder),
    ...(adapter.warnings ? { warnings: adapter.warnings } : {}),
  };
}

function bottleneckFor({ hiddenSize, width, nonLinearity }: Adapter): Method {
  return bottleneck({ width, reductionFactor: hiddenSize / width, nonLinearity });
}

/** An adapter's tensors under the names a bottleneck method trains. */
function adapterTensors(adapter: Adapter, encoder: EncoderArchitecture): Map<string, NamedTensor> {
  const { width, hiddenSize } = adapter;
  return new Map(
    adapter.layers.flatMap((layer, i): [string, NamedTensor][] => {
      const keys = adapterKeys(encoder, i, adapter.name);
      return [
        [keys.down, { shape: [width, hiddenSize], data: layer.down }],
        [keys.downBias, { shape: [width], data: layer.downBias }],
        [keys.up, { shape: [hiddenSize, width], data: layer.up }],
        [keys.upBias, { shape: [hiddenSize], data: layer.upBias }],
      ];
    }),
  );
}

/** @throws ModelFileError if the adapter was trained on another encoder */
export function checkAdapterFits(adapter: Adapter, target: ReadTarget, folder: ModelFolder): void {
  const misfit = adapterMisfit(adapter, target);
  if (misfit !== undefined) throw new ModelFileError(`the adapter in ${folder.describe()} ${misfit}`);
}
