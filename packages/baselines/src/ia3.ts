import type { EncoderArchitecture, Method } from '@scalearn/core';
import {
  type JsonRule,
  jsonExactly,
  jsonNumber,
  jsonNumberIn,
  jsonOrNull,
  jsonText,
} from '@scalearn/core/files';
import { multiply, reshape, type Tensor } from '@scalearn/core/graph';
import {
  checkFileTarget,
  defineMethod,
  encoderMetadata,
  type LayerSite,
  type MethodDefinition,
  type MethodReader,
  modelMetadata,
  modulePath,
  type ParameterSpec,
  stableStringify,
  tensorFiles,
} from '@scalearn/core/methods';
import { readAdapterDescription, readAdapterTensors, requireSettings } from './adapter-folder.ts';

/**
 * Settings that make a LoRA of the `adapters` library (IA)³: it scales instead of adding
 * (docs/reference/formats.md#adapter-configuration).
 */
const scaling = {
  architecture: 'lora',
  composition_mode: 'scale',
  selfattn_lora: true,
  intermediate_lora: true,
  output_lora: false,
  attn_matrices: ['k', 'v'],
  r: 1,
  alpha: 1,
  use_gating: false,
} as const;

const ia3Config = {
  ...scaling,
  leave_out: [],
  dropout: 0.0,
  init_weights: 'ia3',
  init_weights_seed: null,
} as const;

/** The scaled linear layers. */
const places = ['key', 'value', 'intermediate'] as const;
type Place = (typeof places)[number];

/**
 * (IA)³: learned factors on keys, values and the inner activations of the feed-forward block. They start at 1 (Liu et
 * al. 2022, arXiv 2205.05638; docs/reference/methods.md#ia3):
 *
 * `K' = l_k ⊙ (W_k·x + b_k)`, `V' = l_v ⊙ (W_v·x + b_v)`, `u = GELU(l_ff ⊙ (W_i·x + b_i))`
 *
 * with l_k, l_v `[hidden]` and l_ff `[intermediate]` in every layer. l_ff acts before the activation, as in the
 * reference code. In the paper it acts after the activation.
 */
export function ia3(): Method {
  const key = (encoder: EncoderArchitecture, layer: number, place: Place, name: string): string =>
    `${modulePath(encoder, place, layer)}.loras.${name}.lora_B`;
  return {
    name: 'ia3',
    kind: 'single-task',
    headLayout: 'flexible',
    defaults: { learningRate: 5e-3, epochs: 30, patience: 5, weightDecay: 0, evalBatchSize: 128 },
    parameters: ({ encoder, adapterName }) => {
      const { layers, hiddenSize, intermediateSize } = encoder;
      const widths = { key: hiddenSize, value: hiddenSize, intermediate: intermediateSize };
      return Array.from({ length: layers }, (_, layer) =>
        places.map(
          (place): ParameterSpec => ({
            name: key(encoder, layer, place, adapterName),
            shape: [widths[place], 1],
            init: { constant: 1 },
            decay: true,
          }),
        ),
      ).flat();
    },
    sites: ({ encoder, adapterName, parameter }) => {
      const scaled =
        (place: Place) =>
        (x: Tensor, { layer }: LayerSite): Tensor => {
          const factors = parameter(key(encoder, layer, place, adapterName));
          return multiply(x, reshape(factors, factors.shape.slice(0, 1)));
        };
      return {
        attentionKey: scaled('key'),
        attentionValue: scaled('value'),
        feedForwardIntermediate: scaled('intermediate'),
      };
    },
    save: (call) => ({
      'adapter_config.json': stableStringify({
        ...modelMetadata(call),
        config: ia3Config,
        name: call.adapterName,
      }),
      ...tensorFiles('adapter', call.tensors, encoderMetadata(call)),
    }),
  };
}

/** Accepts only an empty list. Every layer needs factors. */
const noLayers: JsonRule<readonly []> = {
  what: '[]',
  fits: (value): value is readonly [] => Array.isArray(value) && value.length === 0,
};
/** Settings of training, and settings of other kinds of LoRA with the value that turns them off. */
const withoutEffect: ReadonlyMap<string, JsonRule<unknown>> = new Map<string, JsonRule<unknown>>([
  ['dropout', jsonNumberIn(0, 1)],
  ['init_weights', jsonText],
  ['init_weights_seed', jsonOrNull(jsonNumber)],
  ['dtype', jsonOrNull(jsonText)],
  ['share_adapter', jsonExactly(false)],
  ['use_dora', jsonExactly(false)],
  ['vera_d', jsonExactly(null)],
  ['vera_b', jsonExactly(null)],
]);

/** Reads the folder of an (IA)³ adapter written by the `adapters` library or by {@link ia3}. */
export const ia3Reader: MethodReader = async (folder, target) => {
  const description = await readAdapterDescription(folder);
  const isScaling = ['architecture', 'composition_mode'] as const;
  if (!description || isScaling.some((key) => description.config.raw(key) !== scaling[key])) return undefined;
  const { json, config } = description;
  checkFileTarget(json, target);
  config.only([...Object.keys(ia3Config), ...withoutEffect.keys()]);
  requireSettings(config, scaling);
  config.take('leave_out', noLayers, []);
  for (const [key, rule] of withoutEffect) config.take(key, rule, undefined);
  return readAdapterTensors(folder, target, description.name, ia3());
};

/** The definition of {@link ia3} for lists of methods. */
export const ia3Method: MethodDefinition = defineMethod({
  id: 'ia3',
  title: '(IA)³',
  summary: 'factors on keys, values and intermediate outputs',
  kind: 'single-task',
  reference: {
    paper: 'Liu et al. 2022, arXiv 2205.05638',
    equation: 'l_k ⊙ K, l_v ⊙ V, GELU(l_ff ⊙ (W·x + b))',
    file: 'baselines/src/ia3.ts',
  },
  trains: {
    what: 'three vectors of each layer',
    where: 'keys, values, intermediate',
    count: 'L(2d + f)',
  },
  options: {},
  make: () => ia3(),
  reader: ia3Reader,
});
