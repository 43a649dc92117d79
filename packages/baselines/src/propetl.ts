import type { Method } from '@scalearn/core';
import { matmul, relu, type Tensor, transpose } from '@scalearn/core/graph';
import { adapterKeys, checkOptionNames, settleOptions } from '@scalearn/core/methods';
import { bottleneckSites } from './bottleneck-sites.ts';
import { maskedWeights, scoreMasks } from './masked-weights.ts';
import { mergePropetl, propetlFiles } from './propetl-files.ts';
import {
  maskKeys,
  type PropetlOptions,
  type PropetlSettings,
  propetlOptions,
  scoreParameters,
  sharedParameters,
} from './propetl-parameters.ts';

/**
 * ProPETL: one Pfeiffer bottleneck adapter for all layers. Each layer's masks select the weights that the layer uses
 * (Zeng et al. 2023, arXiv 2305.17682; docs/reference/methods.md#propetl):
 *
 * `z = LN₂(h + x)`, `y = LN₂((W_up ⊙ M(s_up)ᵀ)·relu((W_down ⊙ M(s_down)ᵀ)·z + b) + c + h + x)`
 *
 * with shared W_down `[width, hidden]`, W_up `[hidden, width]` and biases, and scores s_down `[hidden, width]` and s_up
 * `[width, hidden]` in every layer. M(s) is 1 where |s| is among the largest, otherwise 0. Its gradient passes straight
 * through to |s|.
 */
export function propetl(options: PropetlOptions = {}): Method {
  checkOptionNames('propetl', options, Object.keys(propetlOptions));
  const settings: PropetlSettings = settleOptions(propetlOptions, options);
  const { reductionFactor, sparsity } = settings;
  return {
    name: 'propetl',
    kind: 'single-task',
    headLayout: 'flexible',
    defaults: { learningRate: 1e-3, epochs: 30, patience: 5, weightDecay: 0.1 },
    parameters: ({ encoder, adapterName }) => [
      ...sharedParameters(encoder, adapterName, reductionFactor),
      ...scoreParameters(encoder, adapterName, settings),
    ],
    sites: ({ encoder, adapterName, parameter }) => {
      const shared = adapterKeys(encoder, 0, adapterName);
      const weights = (kind: 'down' | 'up'): readonly Tensor[] => {
        const scores = Array.from({ length: encoder.layers }, (_, layer) =>
          parameter(maskKeys(encoder, layer, adapterName)[kind]),
        );
        return maskedWeights(transpose(parameter(shared[kind])), scoreMasks(scores, sparsity));
      };
      const [down, up] = [weights('down'), weights('up')];
      return bottleneckSites(
        (x, layer) => matmul(x, down[layer] as Tensor, { bias: parameter(shared.downBias) }),
        relu,
        (x, layer) => matmul(x, up[layer] as Tensor, { bias: parameter(shared.upBias) }),
      );
    },
    settings: { ...settings },
    save: (call) => propetlFiles(call, settings),
    merge: (call) => mergePropetl(call, settings),
  };
}
