import { type Adapter, type AdapterSource, ArgumentError, type Method } from '@scalearn/core';
import { JsonFields } from '@scalearn/core/files';
import {
  add,
  linear,
  matmul,
  multiply,
  reshape,
  scale,
  softmax,
  square,
  subtract,
  sum,
  type Tensor,
} from '@scalearn/core/graph';
import {
  adaptersOf,
  checkFileTarget,
  checkOptionNames,
  checkSources,
  defineMethod,
  describeAdapter,
  type FrozenSpec,
  fileFault,
  linearParameters,
  type MethodDefinition,
  type MethodReader,
  nonLinearity,
  type OptionDefinitions,
  openFolderTensors,
  readSourceFolders,
  readTrainedTensors,
  settleOptions,
  stackSources,
} from '@scalearn/core/methods';
import {
  fusionConfigFile,
  fusionFiles,
  fusionKeys,
  fusionOwnKeys,
  fusionWeights,
  parseFusionConfig,
} from './fusion-files.ts';

export interface AdapterFusionOptions {
  /** Frozen adapters, at least two. Their order is kept. */
  readonly sources: readonly AdapterSource[];
  /** Dropout on the scores. Default: the encoder's attention dropout. */
  readonly dropout?: number | undefined;
  /** λ of the penalty `λ · Σ_layers ‖I − W_v‖²`. Default 0.01, as in the paper. */
  readonly regularization?: number;
}

const methodOptions = {
  dropout: {
    type: 'number',
    meaning: "on the attention's scores",
    defaultMeaning: "the encoder's",
    range: { least: 0, below: 1 },
  },
  regularization: {
    type: 'number',
    meaning: 'strength of the penalty that keeps values near the identity',
    default: 0.01,
    range: { least: 0 },
  },
} as const satisfies OptionDefinitions;

/**
 * AdapterFusion, stage 2: in every layer, each token attends to the outputs of the T frozen sources (Pfeiffer et al.
 * 2021, arXiv 2005.00247, the configuration "dynamic"; docs/reference/methods.md#adapterfusion). With `z = LN₂(h + x)`
 * `[tokens, hidden]`:
 *
 * `q = W_q·z + b_q`, `k_t = W_k·up_t + b_k`, `v_t = W_v·up_t`
 *
 * `α = softmax_t(dropout(q·k_t))` `[tokens, T]`, `y = LN₂(Σ_t α_t·v_t + h + x)`
 *
 * The outputs of the sources, their keys and their values are never materialized. A source is linear in its bottleneck
 * `a_t`: `up_t = U_t·a_t`, with the bias as one more unit (see {@link stackSources}). So
 *
 * `q·k_t = (U_tᵀ·W_kᵀ·q)·a_t + q·b_k`, `Σ_t α_t·v_t = W_v·(Σ_t U_t·(α_t·a_t))`,
 *
 * which takes three products of `[hidden, hidden]` per token instead of 2·T + 1 (P7).
 */
export function adapterFusion(options: AdapterFusionOptions): Method {
  checkOptionNames('adapterFusion', options, ['sources', ...Object.keys(methodOptions)]);
  const { dropout, regularization } = settleOptions(methodOptions, options);
  const sources = adaptersOf(options.sources, 'AdapterFusion');
  const T = sources.length;
  if (T < 2)
    throw new ArgumentError(`AdapterFusion chooses among sources: at least two are needed, not ${T}`);
  const names = sources.map(({ name }) => name);
  const { apply } = nonLinearity(sources[0]?.nonLinearity ?? 'relu');
  return {
    name: 'adapter-fusion',
    kind: 'two-stage',
    headLayout: 'static',
    get settings() {
      // The ids of stored runs depend on these strings.
      return {
        regularisation: regularization,
        dropout: dropout ?? null,
        sources: sources.map(describeAdapter),
      };
    },
    defaults: { learningRate: 5e-5, epochs: 30, patience: 5, weightDecay: 0, evalBatchSize: 128 },
    parameters: ({ encoder }) => {
      const { layers, hiddenSize } = encoder;
      const values = nearlyIdentity(hiddenSize, 1e-6);
      return Array.from({ length: layers }, (_, layer) => {
        const { query, key, value } = fusionKeys(encoder, layer, names);
        return [
          ...linearParameters(query, hiddenSize, hiddenSize, 0.02),
          ...linearParameters(key, hiddenSize, hiddenSize, 0.02),
          { name: `${value}.weight`, shape: [hiddenSize, hiddenSize], init: { values }, decay: true },
        ];
      }).flat();
    },
    frozen: (target) => {
      const { hiddenSize } = target.encoder;
      const { units, layers: stacked, up } = stackSources(sources, target);
      const size = T * units * hiddenSize;
      const identity: FrozenSpec = {
        name: 'identity',
        shape: [hiddenSize, hiddenSize],
        values: nearlyIdentity(hiddenSize, 0),
      };
      return [
        ...stacked.flatMap(({ down, downBias }, i): FrozenSpec[] => [
          { name: `down.${i}`, shape: [T * units, hiddenSize], values: down },
          { name: `downBias.${i}`, shape: [T * units], values: downBias },
          { name: `up.${i}`, shape: [T * units, hiddenSize], values: up.slice(i * size, (i + 1) * size) },
        ]),
        ...(regularization > 0 ? [identity] : []),
      ];
    },
    sites: ({ encoder, parameter, frozen, dropout: training }) => ({
      feedForwardOutput({ layer, hidden, residual, norm }) {
        const { query, key, value } = fusionKeys(encoder, layer, names);
        const up = frozen(`up.${layer}`);
        const [tokens = 'tokens'] = hidden.shape;
        const stacked = up.shape[0] as number;
        const bySource = (x: Tensor): Tensor => reshape(x, [tokens, T, stacked / T]);
        const total = add(hidden, residual);
        const z = norm(total);
        const inner = apply(linear(z, frozen(`down.${layer}`), frozen(`downBias.${layer}`)));

        const q = linear(z, parameter(`${query}.weight`), parameter(`${query}.bias`));
        const wanted = linear(matmul(q, parameter(`${key}.weight`)), up);
        const bias = reshape(parameter(`${key}.bias`), [1, encoder.hiddenSize]);
        // b_k adds the same amount to every score, but dropout then removes it from some of them.
        const scores = add(sum(bySource(multiply(wanted, inner)), 2), linear(q, bias));
        const probability = dropout ?? encoder.attentionDropout ?? 0.1;
        const alpha = softmax(training?.apply(scores, probability, `fusion/${layer}`) ?? scores);

        const weighted = multiply(reshape(alpha, [tokens, T, 1]), bySource(inner));
        const mixture = matmul(reshape(weighted, [tokens, stacked]), up);
        return norm(add(linear(mixture, parameter(`${value}.weight`)), total));
      },
    }),
    penalty: ({ encoder, parameter, frozen }) => {
      if (regularization === 0) return undefined;
      const distances = Array.from({ length: encoder.layers }, (_, layer) => {
        const { value } = fusionKeys(encoder, layer, names);
        return sum(square(subtract(frozen('identity'), parameter(`${value}.weight`))));
      });
      return scale(
        distances.reduce((total, distance) => add(total, distance)),
        regularization,
      );
    },
    save: (call) => fusionFiles({ ...call, sources, dropout, regularization }),
  };
}

/** Returns a matrix `[size, size]` with ones on the diagonal and the value `beside` elsewhere. */
function nearlyIdentity(size: number, beside: number): Float32Array {
  const values = new Float32Array(size * size).fill(beside);
  for (let i = 0; i < size; i++) values[i * size + i] = 1;
  return values;
}

/** Reads the folder of a fusion: its tensors, its configuration, and one folder per source. */
export const adapterFusionReader: MethodReader = async (folder, target) => {
  const text = await folder.text(fusionConfigFile);
  if (text === undefined) return undefined;
  const where = `${folder.describe()}/${fusionConfigFile}`;
  const json = JsonFields.parse(text, where);
  checkFileTarget(json, target, fusionOwnKeys);
  const { target: task, ...settings } = parseFusionConfig(json);
  const found = await readSourceFolders(folder, json);
  const sources = fileFault(where, () => adaptersOf(found, 'AdapterFusion'));
  const short = sources.find(({ leftOut }) => leftOut !== undefined);
  if (short)
    throw json.error(
      `the source '${short.name}' leaves out layers, where a fusion is one of fewer; it cannot be read`,
    );
  const adapterName = task ?? (sources.at(-1) as Adapter).name;
  const method = fileFault(where, () => {
    checkSources(sources, target);
    return adapterFusion({ ...settings, sources });
  });
  const file = await openFolderTensors(folder, fusionWeights);
  const specs = method.parameters({ ...target, adapterName, tasks: target.tasks ?? [adapterName] });
  const tensors = await readTrainedTensors(file.tensors, specs, target, file.where);
  return { adapterName, method, tensors };
};

/** The definition of {@link adapterFusion} for lists of methods. */
export const adapterFusionMethod: MethodDefinition = defineMethod({
  id: 'adapter-fusion',
  title: 'AdapterFusion',
  summary: 'attention over the outputs of the sources',
  kind: 'two-stage',
  reference: {
    paper: 'Pfeiffer et al. 2021, arXiv 2005.00247',
    equation: 'y = LN₂(Σₜ αₜ W_v·upₜ(z) + h + x), α = softmaxₜ((W_q·z + b_q)·(W_k·upₜ(z) + b_k))',
    file: 'baselines/src/adapter-fusion.ts',
  },
  trains: {
    what: 'W_q, b_q, W_k, b_k, W_v of each layer',
    where: 'on the outputs of the sources',
    count: 'L(3d² + 2d)',
  },
  sources: { least: 2 },
  options: methodOptions,
  make: (sources, values) => adapterFusion({ ...values, sources }),
  reader: adapterFusionReader,
});
