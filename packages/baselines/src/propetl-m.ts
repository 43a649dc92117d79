import type { Method } from '@scalearn/core';
import { jsonNumber, jsonText } from '@scalearn/core/files';
import { add, linear, multiply, relu, split, subtract, type Tensor } from '@scalearn/core/graph';
import {
  adapterWidth,
  checkOptionNames,
  defineMethod,
  linearParameters,
  type MethodDefinition,
  type MethodReader,
  type MethodTarget,
  modulePath,
  type OptionDefinitions,
  type ParameterSpec,
  reductionFactorOption,
  settleOptions,
} from '@scalearn/core/methods';
import { bottleneckSites, type Projection } from './bottleneck-sites.ts';
import { isPooler, jointDefaults } from './joint.ts';
import { jointFiles, readJointFolder } from './joint-folder.ts';
import { maskedWeights, scoreMasks } from './masked-weights.ts';

export interface PropetlMOptions {
  /** Hidden size divided by the bottleneck width. Default 16, as in the paper. */
  readonly reductionFactor?: number;
  /** Fraction of the weights that each mask keeps. Default 0.3, as in the paper. */
  readonly sparsity?: number;
  /**
   * `own` (default): layer 0 has its own mask, as the paper describes. `last-task`: layer 0 uses the mask of the last
   * task, as the released reference code does (docs/reference/methods.md#propetl-m).
   */
  readonly firstLayerMask?: 'own' | 'last-task';
}

const methodOptions = {
  reductionFactor: { ...reductionFactorOption, range: { least: 1 } },
  sparsity: {
    type: 'number',
    meaning: 'fraction of the weights that a mask keeps',
    default: 0.3,
    range: { above: 0, below: 1 },
  },
  firstLayerMask: {
    type: ['own', 'last-task'],
    meaning: 'last-task is what the released code does',
    default: 'own',
  },
} as const satisfies OptionDefinitions;

/** Learning rate of the masks divided by the learning rate of the other parameters. */
const maskRate = 10;

type Side = 'down' | 'up';

/** Returns the names of all parameters in the official state dict. Shared parameters have the names of layer 0. */
function keysOf(
  { encoder, tasks }: Pick<MethodTarget, 'encoder' | 'tasks'>,
  firstLayerMask: 'own' | 'last-task',
): {
  adapter(side: Side): string;
  taskMask(task: string, side: Side): string;
  /** One mask for each layer. */
  layerMasks(side: Side): readonly string[];
} {
  const base = (layer: number): string => `${modulePath(encoder, 'layerOutput', layer)}.adapter_controller`;
  const taskMask = (task: string, side: Side): string => `${base(0)}.mask_scores.${task}_${side}_mask.param`;
  return {
    adapter: (side) => `${base(0)}.adapters.common_adapter.${side}_sampler`,
    taskMask,
    layerMasks: (side) =>
      Array.from({ length: encoder.layers }, (_, layer) =>
        layer === 0 && firstLayerMask === 'last-task'
          ? taskMask(tasks.at(-1) as string, side)
          : `${base(layer)}.mask_scores.layer_${side}_mask.param`,
      ),
  };
}

/** Returns `a or b` of binary tensors in a differentiable form: `1 - (1 - a)(1 - b)`. */
const either = (a: Tensor, b: Tensor): Tensor => subtract(add(a, b), multiply(a, b));

/**
 * ProPETL-m: one Pfeiffer bottleneck adapter for all layers and tasks. For each layer and task, the union of the
 * layer's mask and the task's mask selects weights (Zeng et al. 2023, arXiv 2305.17682;
 * docs/reference/methods.md#propetl-m):
 *
 * `z = LN₂(h + x)`, `y = LN₂((W_up ⊙ M_up)·relu((W_down ⊙ M_down)·z + b) + c + h + x)`, `M = M(s_task) or M(s_layer)`
 *
 * with W_down, its masks and their scores `[m, hidden]`, W_up, its masks and their scores `[hidden, m]`, and shared
 * biases. M(s) is 1 where |s| is among the largest, otherwise 0. Its gradient passes straight through to |s|.
 */
export function propetlM(options: PropetlMOptions = {}): Method {
  checkOptionNames('propetlM', options, Object.keys(methodOptions));
  const settings = settleOptions(methodOptions, options);
  const { reductionFactor, sparsity, firstLayerMask } = settings;
  return {
    name: 'propetl-m',
    kind: 'joint',
    headLayout: 'static',
    defaults: jointDefaults(3e-4),
    settings,
    trainsEncoder: isPooler,
    parameters: (target) => {
      const { hiddenSize, initializerRange } = target.encoder;
      const width = adapterWidth(hiddenSize, reductionFactor);
      const keys = keysOf(target, firstLayerMask);
      const projection = (side: Side, rows: number, columns: number): ParameterSpec[] => {
        const mask = (name: string): ParameterSpec => ({
          ...{ name, shape: [rows, columns], decay: true, rate: maskRate },
          init: { bound: 1 / Math.sqrt(columns) },
        });
        const ofTasks = target.tasks.map((task) => keys.taskMask(task, side));
        // A task's mask may also be the mask of a layer.
        const names = new Set([...ofTasks, ...keys.layerMasks(side)]);
        return [
          ...linearParameters(keys.adapter(side), rows, columns, initializerRange),
          ...[...names].map(mask),
        ];
      };
      return [...projection('down', width, hiddenSize), ...projection('up', hiddenSize, width)];
    },
    sites: (call) => {
      const { encoder, task, parameter } = call;
      const keys = keysOf(call, firstLayerMask);
      const projection = (side: Side): Projection => {
        const scores = [keys.taskMask(task, side), ...keys.layerMasks(side)].map(parameter);
        const masks = scoreMasks(scores, sparsity);
        const [ofTask, ofLayers] = split(masks, [1, encoder.layers]) as [Tensor, Tensor];
        const weights = maskedWeights(parameter(`${keys.adapter(side)}.weight`), either(ofTask, ofLayers));
        const bias = parameter(`${keys.adapter(side)}.bias`);
        return (x, layer) => linear(x, weights[layer] as Tensor, bias);
      };
      return bottleneckSites(projection('down'), relu, projection('up'));
    },
    save: (call) =>
      jointFiles(fileName, call, {
        reduction_factor: reductionFactor,
        sparsity,
        first_layer_mask: firstLayerMask,
      }),
  };
}

const fileName = 'propetl_m';

/** Reads the folder of a ProPETL-m model. */
export const propetlMReader: MethodReader = (folder, target) =>
  readJointFolder(fileName, folder, target, ['reduction_factor', 'sparsity', 'first_layer_mask'], (config) =>
    propetlM({
      reductionFactor: config.get('reduction_factor', jsonNumber),
      sparsity: config.get('sparsity', jsonNumber),
      firstLayerMask: config.get('first_layer_mask', jsonText) as 'own',
    }),
  );

/** The definition of {@link propetlM} for lists of methods. */
export const propetlMMethod: MethodDefinition = defineMethod({
  id: 'propetl-m',
  title: 'ProPETL-m',
  summary: 'one adapter for all tasks, and masks for each task and layer',
  kind: 'joint',
  reference: {
    paper: 'Zeng et al. 2023, arXiv 2305.17682',
    equation: 'y = LN₂(up(z) + h + x) with M ⊙ D and M′ ⊙ U, M and M′ binary',
    file: 'baselines/src/propetl-m.ts',
  },
  trains: {
    what: 'one D, b, U, c; scores of masks for each task and for each layer',
    where: 'after the feed-forward block',
    count: '2dm + m + d + 2dm(T + L)',
  },
  options: methodOptions,
  make: (_, values) => propetlM(values),
  reader: propetlMReader,
});
