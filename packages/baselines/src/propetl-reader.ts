import { type Adapter, ModelFileError, type ModelFolder, type NamedTensor } from '@scalearn/core';
import { shown, type TensorReader } from '@scalearn/core/files';
import {
  adapterKeys,
  adapterWidth,
  checkAdapterFits,
  defineMethod,
  fileFault,
  type MethodDefinition,
  type MethodReader,
  openFolderTensors,
  parseAdapterConfig,
  type ReadTarget,
  readAdapter,
  readTrainedTensors,
  requiredFile,
} from '@scalearn/core/methods';
import { readAdapterDescription } from './adapter-folder.ts';
import { propetl } from './propetl.ts';
import { scoresFile } from './propetl-files.ts';
import {
  type PropetlSettings,
  propetlOptions,
  scoreParameters,
  sharedParameters,
} from './propetl-parameters.ts';

/** The reference's mask file. Masks are read as scores that reproduce the same masks. */
const masksFile = 'adapter_mask.bin';

/** Reads the folder of a ProPETL adapter written by the reference code or by {@link propetl}. */
export const propetlReader: MethodReader = async (folder, target) => {
  const description = await readAdapterDescription(folder);
  if (
    !description ||
    typeof description.config.raw('sparsity') !== 'number' ||
    description.config.raw('sparsity') === 1
  )
    return undefined;
  const { where, text } = description;
  const parsed = parseAdapterConfig(text, where);
  if (parsed.nonLinearity !== 'relu')
    throw new ModelFileError(`${where}: non_linearity is ${parsed.nonLinearity}; only relu can be read`);
  // The reference's files lack this key. Its masks are frozen.
  const { masks = 'frozen', reductionFactor, leaveOut } = parsed;
  if (masks !== 'trained' && masks !== 'frozen')
    throw new ModelFileError(`${where}: masks is ${shown(masks)}; it must be "trained" or "frozen"`);
  if (typeof reductionFactor !== 'number' || leaveOut.length > 0)
    throw new ModelFileError(
      `${where}: ProPETL has one adapter in all layers; leave_out and reduction_factor say otherwise`,
    );
  const settings: PropetlSettings = { reductionFactor, sparsity: parsed.sparsity, masks };
  const method = fileFault(where, () => propetl(settings));
  const { tensors, where: file } = await openFolderTensors(folder, 'adapter');
  const adapter = await readAdapter(parsed, tensors, file);
  checkAdapterFits(adapter, target, folder);
  return {
    adapterName: adapter.name,
    method,
    tensors: new Map([
      ...sharedTensors(adapter, target, settings, file),
      ...(await readScores(folder, target, adapter.name, settings)),
    ]),
  };
};

/** Returns the adapter stored under every layer's keys, under the keys of the first layer. */
function sharedTensors(
  { name, layers, width }: Adapter,
  { encoder }: ReadTarget,
  { reductionFactor }: PropetlSettings,
  where: string,
): Map<string, NamedTensor> {
  if (width !== adapterWidth(encoder.hiddenSize, reductionFactor))
    throw new ModelFileError(
      `${where} holds a bottleneck of width ${width}, which is not what a reduction_factor of ${reductionFactor} makes`,
    );
  const [first] = layers as [Adapter['layers'][number], ...Adapter['layers'][number][]];
  const fields = ['down', 'downBias', 'up', 'upBias'] as const;
  for (const [i, layer] of layers.entries())
    for (const field of fields)
      if (layer[field].some((value, at) => value !== first[field][at]))
        throw new ModelFileError(
          `${where}: layer ${i} has another adapter than layer 0; ProPETL has one for all layers`,
        );
  const keys = adapterKeys(encoder, 0, name);
  const shapes = new Map(
    sharedParameters(encoder, name, reductionFactor).map(({ name, shape }) => [name, shape]),
  );
  return new Map(
    fields.map((field) => [
      keys[field],
      { shape: shapes.get(keys[field]) as readonly number[], data: first[field] },
    ]),
  );
}

async function readScores(
  folder: ModelFolder,
  target: ReadTarget,
  name: string,
  settings: PropetlSettings,
): Promise<Map<string, NamedTensor>> {
  const scores = await folder.tensors(scoresFile);
  const [file, reader] = scores
    ? [scoresFile, scores]
    : [masksFile, wholeAsFloats(await requiredFile(folder, scoresFile, folder.tensors(masksFile)))];
  const specs = scoreParameters(target.encoder, name, settings);
  return readTrainedTensors(reader, specs, target, `${folder.describe()}/${file}`);
}

/** Reads a file of booleans as numbers. */
function wholeAsFloats(reader: TensorReader): TensorReader {
  return { ...reader, readFloat32: async (key) => Float32Array.from(await reader.readInt32(key)) };
}

/** The definition of {@link propetl} for lists of methods. */
export const propetlMethod: MethodDefinition = defineMethod({
  id: 'propetl',
  title: 'ProPETL',
  summary: 'one adapter for all layers, and masks for each',
  kind: 'single-task',
  reference: {
    paper: 'Zeng et al. 2023, arXiv 2305.17682',
    equation: 'y = LN₂(up(z) + h + x) with M ⊙ D and M′ ⊙ U, M and M′ binary',
    file: 'baselines/src/propetl.ts',
  },
  trains: {
    what: 'one D, b, U, c; the scores of a mask for D and for U of each layer',
    where: 'after the feed-forward block',
    count: '2dm + m + d + 2dmL',
  },
  options: propetlOptions,
  make: (_, values) => propetl(values),
  reader: propetlReader,
});
