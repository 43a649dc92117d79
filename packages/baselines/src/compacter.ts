import {
  ArgumentError,
  type EncoderArchitecture,
  type Method,
  ModelFileError,
  type ModelFolder,
} from '@scalearn/core';
import { matmul, type Tensor } from '@scalearn/core/graph';
import {
  adapterWidth,
  checkFileTarget,
  checkOptionNames,
  defineMethod,
  encoderMetadata,
  fileFault,
  type MethodDefinition,
  type MethodReader,
  modelMetadata,
  modulePath,
  nonLinearity,
  openFolderTensors,
  parseAdapterConfig,
  pfeifferConfig,
  reductionFactorOption,
  settleOptions,
  stableStringify,
  tensorFiles,
} from '@scalearn/core/methods';
import { readAdapterDescription, readAdapterTensors, requireSettings } from './adapter-folder.ts';
import { bottleneckSites, type Projection } from './bottleneck-sites.ts';
import { phmDimension, phmParameters, phmWeights } from './phm.ts';

export interface CompacterOptions {
  /** Hidden size divided by the bottleneck width. Default 16, as in the paper. */
  readonly reductionFactor?: number;
  /** `gelu` (default; the erf form, as in the reference), `relu`, `gelu_new`, `tanh` or `sigmoid`. */
  readonly nonLinearity?: string;
}

/**
 * Settings that distinguish a hypercomplex adapter's configuration from a Pfeiffer adapter's
 * (docs/reference/formats.md#adapter-configuration).
 */
const phmConfig = {
  phm_layer: true,
  phm_dim: phmDimension,
  factorized_phm_W: true,
  shared_W_phm: false,
  shared_phm_rule: true,
  factorized_phm_rule: false,
  learn_phm: true,
  phm_rank: 1,
  phm_bias: true,
} as const;

const ruleKey = ({ prefix }: EncoderArchitecture, name: string): string =>
  `${prefix}.shared_parameters.${name}.phm_rule`;

/** Returns the key prefixes of a layer's two projections. */
function projections(
  encoder: EncoderArchitecture,
  layer: number,
  name: string,
): { readonly down: string; readonly up: string } {
  const base = `${modulePath(encoder, 'layerOutput', layer)}.adapters.${name}`;
  return { down: `${base}.adapter_down.0`, up: `${base}.adapter_up` };
}

const methodOptions = { reductionFactor: reductionFactorOption };

/**
 * Compacter++: the Pfeiffer bottleneck adapter with hypercomplex projections (Karimi Mahabadi et al. 2021, arXiv
 * 2106.04647; docs/reference/methods.md#compacter):
 *
 * `z = LN₂(h + x)`, `y = LN₂(gelu(z·H_down + b)·H_up + c + h + x)`, `H = Σ_i R_i ⊗ (l_i·r_i)`
 *
 * with H_down `[hidden, width]` and H_up `[width, hidden]`. All projections of all layers share the rule R `[4, 4, 4]`.
 * Each projection has its own rank-1 factors; see {@link phmWeights}.
 */
export function compacter(options: CompacterOptions = {}): Method {
  checkOptionNames('compacter', options, ['nonLinearity', ...Object.keys(methodOptions)]);
  const { nonLinearity: activation = 'gelu' } = options;
  const { reductionFactor } = settleOptions(methodOptions, options);
  const { apply } = nonLinearity(activation);
  return {
    name: 'compacter++',
    kind: 'single-task',
    headLayout: 'flexible',
    defaults: { learningRate: 3e-3, epochs: 30, patience: 5, weightDecay: 0 },
    parameters: ({ encoder, adapterName }) => {
      const { layers, hiddenSize } = encoder;
      const width = compacterWidth(encoder, reductionFactor);
      const shape = [phmDimension, phmDimension, phmDimension];
      return [
        { name: ruleKey(encoder, adapterName), shape, init: { mean: 0, deviation: 0.0001 }, decay: true },
        ...Array.from({ length: layers }, (_, layer) => {
          const { down, up } = projections(encoder, layer, adapterName);
          return [...phmParameters(down, hiddenSize, width), ...phmParameters(up, width, hiddenSize)];
        }).flat(),
      ];
    },
    sites: ({ encoder, adapterName, parameter }) => {
      const keys = Array.from({ length: encoder.layers }, (_, layer) =>
        projections(encoder, layer, adapterName),
      );
      const weights = (kind: 'down' | 'up'): readonly Tensor[] =>
        phmWeights(
          parameter(ruleKey(encoder, adapterName)),
          keys.map((key) => ({
            left: parameter(`${key[kind]}.W_left`),
            right: parameter(`${key[kind]}.W_right`),
          })),
        );
      const all = { down: weights('down'), up: weights('up') };
      const project =
        (kind: 'down' | 'up'): Projection =>
        (x, layer) =>
          matmul(x, all[kind][layer] as Tensor, { bias: parameter(`${keys[layer]?.[kind]}.b`) });
      return bottleneckSites(project('down'), apply, project('up'));
    },
    settings: { nonLinearity: activation, reductionFactor },
    save: (call) => {
      const config = {
        ...pfeifferConfig,
        ...phmConfig,
        non_linearity: activation,
        reduction_factor: reductionFactor,
      };
      return {
        'adapter_config.json': stableStringify({ ...modelMetadata(call), config, name: call.adapterName }),
        ...tensorFiles('adapter', call.tensors, encoderMetadata(call)),
      };
    },
  };
}

/** @throws ArgumentError if a size is not a multiple of {@link phmDimension} */
function compacterWidth({ hiddenSize }: EncoderArchitecture, reductionFactor: number): number {
  const width = adapterWidth(hiddenSize, reductionFactor);
  if (hiddenSize % phmDimension === 0 && width % phmDimension === 0) return width;
  throw new ArgumentError(
    `Compacter++ needs sizes that are multiples of ${phmDimension}: the hidden size is ${hiddenSize}, ` +
      `and a reductionFactor of ${reductionFactor} makes a bottleneck of width ${width}`,
  );
}

/** Reads the folder of a Compacter++ adapter written by the `adapters` library or by {@link compacter}. */
export const compacterReader: MethodReader = async (folder, target) => {
  const description = await readAdapterDescription(folder);
  if (description?.config.raw('phm_layer') !== true) return undefined;
  if ((description.config.raw('architecture') ?? null) !== null) return undefined;
  const { name, where } = description;
  checkFileTarget(description.json, target, ['type']);
  const {
    nonLinearity: activation,
    scaling,
    reductionFactor,
    leaveOut,
  } = parseAdapterConfig(description.text, where, {
    phm_layer: true,
  });
  requireSettings(description.config, phmConfig);
  if (scaling !== 1) throw new ModelFileError(`${where}: scaling is ${scaling}; only 1 can be read`);
  if (typeof reductionFactor !== 'number')
    throw new ModelFileError(
      `${where}: reduction_factor differs by layers, which is not supported for Compacter++`,
    );
  if (leaveOut.length > 0)
    throw new ModelFileError(`${where}: leave_out names layers, which is not supported for Compacter++`);
  const method = fileFault(where, () => compacter({ reductionFactor, nonLinearity: activation }));
  await checkRule(folder, ruleKey(target.encoder, name));
  return readAdapterTensors(folder, target, name, method);
};

/** @throws ModelFileError if the file does not hold the rule; files of the reference code do not */
async function checkRule(folder: ModelFolder, key: string): Promise<void> {
  const { tensors, where } = await openFolderTensors(folder, 'adapter');
  const bare = key.slice(key.indexOf('.') + 1);
  if (tensors.entries.has(key) || tensors.entries.has(bare)) return;
  throw new ModelFileError(
    `${where} has no ${key}: without the rule that its layers share, the adapter cannot be used. ` +
      'Libraries before adapters 1.0 do not save it; train the adapter again.',
  );
}

/** The definition of {@link compacter} for lists of methods. */
export const compacterMethod: MethodDefinition = defineMethod({
  id: 'compacter++',
  title: 'Compacter++',
  summary: 'an adapter whose maps are sums of Kronecker products',
  kind: 'single-task',
  reference: {
    paper: 'Karimi Mahabadi et al. 2021, arXiv 2106.04647',
    equation: 'y = LN₂(up(z) + h + x), D and U = Σᵢ Rᵢ ⊗ (sᵢ·tᵢ), i = 1 … 4, GELU',
    file: 'baselines/src/compacter.ts',
  },
  trains: {
    what: 'factors of D and U of each layer, b, c; one rule for all',
    where: 'after the feed-forward block',
    count: 'L(2d + 2m + m + d) + 64',
  },
  options: methodOptions,
  make: (_, values) => compacter(values),
  reader: compacterReader,
});
