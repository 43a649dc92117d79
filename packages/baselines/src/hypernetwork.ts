import { concat, layerNorm, linear, relu, reshape, split, type Tensor } from '@scalearn/core/graph';
import {
  linearParameters,
  type MethodCall,
  type MethodTarget,
  type ParameterSpec,
} from '@scalearn/core/methods';

/** Sizes of the hypernetwork. */
export interface Hypernetwork {
  /** e: size of task and layer embeddings. */
  readonly taskEmbeddingSize: number;
  /** Hidden size of the projector. */
  readonly taskHiddenSize: number;
  /** p: size of the projected embedding from which adapters are generated. */
  readonly projectedTaskEmbeddingSize: number;
  /** Whether all layers share one set of generators and have embeddings. Otherwise each layer has its own set. */
  readonly shared: boolean;
}

/** A generated part of a layer: a bottleneck adapter, and the weight and bias of the layer norm after it. */
type Part = 'down' | 'downBias' | 'up' | 'upBias' | 'gain' | 'offset';
type Parts<T> = Readonly<Record<Part, T>>;

function eachPart<T>(of: (part: Part) => T): Parts<T> {
  return {
    up: of('up'),
    upBias: of('upBias'),
    down: of('down'),
    downBias: of('downBias'),
    gain: of('gain'),
    offset: of('offset'),
  };
}

/** A layer's parts: `[m, hidden]`, `[m]`, `[hidden, m]`, and `[hidden]` for the other three. */
export type GeneratedAdapter = Parts<Tensor>;

/** The generator of each part, by its keys on disk: a network and a linear map in it. */
const generators: Parts<readonly [network: string, map: string]> = {
  up: ['up_sampler_hyper_net', 'weight_generator.0'],
  upBias: ['up_sampler_hyper_net', 'bias_generator.0'],
  down: ['down_sampler_hyper_net', 'weight_generator.0'],
  downBias: ['down_sampler_hyper_net', 'bias_generator.0'],
  gain: ['post_layernorm_hypernet', 'weight_generator'],
  offset: ['post_layernorm_hypernet', 'bias_generator'],
};

/** Returns the names of all parameters. They equal those of the official state dict, including its spelling. */
function keysOf({ modules: { stack } }: MethodTarget['encoder']): {
  task(name: string): string;
  readonly layers: string;
  readonly projector: readonly [inner: string, outer: string];
  readonly norm: string;
  /** @param layer undefined if all layers share the generators */
  generator(part: Part, layer?: number): string;
} {
  const base = `${stack}.adapter_layers_hyper_net`;
  const projector = `${base}.task_hypernet.task_embeding_generator`;
  return {
    task: (name) => `task_embedding_controller.task_to_embeddings.${name}`,
    layers: `${base}.layer_id_embeddings.weight`,
    projector: [`${projector}.0`, `${projector}.2`],
    norm: `${base}.LayerNorm`,
    generator: (part, layer) => {
      const [network, map] = generators[part];
      const own = layer === undefined ? network : `feed_forward_${network}s.${layer}`;
      return `${base}.${own}.${map}`;
    },
  };
}

function shapesOf(hiddenSize: number, width: number): Parts<readonly number[]> {
  return {
    up: [hiddenSize, width],
    upBias: [hiddenSize],
    down: [width, hiddenSize],
    downBias: [width],
    gain: [hiddenSize],
    offset: [hiddenSize],
  };
}

const indices = (layers: number): number[] => Array.from({ length: layers }, (_, layer) => layer);

/**
 * Returns the parameters. Weights are N(0, σ²) with the encoder's σ, biases 0, task embeddings N(0, 1)
 * (docs/reference/methods.md#hyperformer).
 */
export function hypernetworkParameters(
  { encoder, tasks }: Pick<MethodTarget, 'encoder' | 'tasks'>,
  { taskEmbeddingSize: e, taskHiddenSize, projectedTaskEmbeddingSize: p, shared }: Hypernetwork,
  width: number,
): ParameterSpec[] {
  const { hiddenSize, layers, initializerRange: sigma } = encoder;
  const keys = keysOf(encoder);
  const embedding = (name: string, shape: readonly number[], deviation: number): ParameterSpec => ({
    ...{ name, shape, decay: true },
    init: { mean: 0, deviation },
  });
  const norm = (name: string, value: number): ParameterSpec => ({
    ...{ name: `${keys.norm}.${name}`, shape: [p], decay: false },
    init: { constant: value },
  });
  const shapes = shapesOf(hiddenSize, width);
  const set = (layer?: number): ParameterSpec[] =>
    Object.values(
      eachPart((part) => linearParameters(keys.generator(part, layer), product(shapes[part]), p, sigma)),
    ).flat();
  return [
    ...tasks.map((task) => embedding(keys.task(task), [e], 1)),
    ...(shared ? [embedding(keys.layers, [layers, e], sigma)] : []),
    ...linearParameters(keys.projector[0], taskHiddenSize, shared ? 2 * e : e, sigma),
    ...linearParameters(keys.projector[1], p, taskHiddenSize, sigma),
    norm('weight', 1),
    norm('bias', 0),
    ...(shared ? set() : indices(layers).flatMap((layer) => set(layer))),
  ];
}

const product = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/**
 * Generates the adapters of all layers for the task of the batch. Every part is a linear map of
 *
 * `g = LN(P₂·relu(P₁·c + c₁) + c₂)`, `[1, p]` from the task embedding `c = t`, or `[layers, p]` from `c = [t ; e_ℓ]`.
 *
 * The adapters do not depend on the examples, so they are computed once per step. Shared generators compute all layers
 * in one product.
 */
export function generateAdapters(
  { encoder, task, parameter }: MethodCall,
  { taskEmbeddingSize: e, shared }: Hypernetwork,
  width: number,
): (layer: number) => GeneratedAdapter {
  const { hiddenSize, layers } = encoder;
  const keys = keysOf(encoder);
  const dense = (x: Tensor, name: string): Tensor =>
    linear(x, parameter(`${name}.weight`), parameter(`${name}.bias`));
  const embedding = reshape(parameter(keys.task(task)), [1, e]);
  const condition = shared
    ? concat([concat(Array<Tensor>(layers).fill(embedding)), parameter(keys.layers)], 1)
    : embedding;
  const [inner, outer] = keys.projector;
  const projected = dense(relu(dense(condition, inner)), outer);
  const g = layerNorm(projected, parameter(`${keys.norm}.weight`), parameter(`${keys.norm}.bias`), 1e-6);
  const shapes = shapesOf(hiddenSize, width);
  const rows = eachPart((part) =>
    shared
      ? split(dense(g, keys.generator(part)), Array<number>(layers).fill(1))
      : indices(layers).map((layer) => dense(g, keys.generator(part, layer))),
  );
  return (layer) => eachPart((part) => reshape(rows[part][layer] as Tensor, shapes[part]));
}
