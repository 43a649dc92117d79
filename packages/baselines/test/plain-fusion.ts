import type { Method } from '@scalearn/core';
import {
  add,
  concat,
  linear,
  multiply,
  reshape,
  softmax,
  split,
  sum,
  type Tensor,
} from '@scalearn/core/graph';
import { adaptersOf, type FrozenSpec, nonLinearity } from '@scalearn/core/methods';
import { type AdapterFusionOptions, adapterFusion } from '../src/adapter-fusion.ts';
import { fusionKeys } from '../src/fusion-files.ts';

/**
 * AdapterFusion as the equations are written: outputs, keys and values of every source, each of `[tokens, hidden]`. The
 * same function of the same parameters as {@link adapterFusion}, to check it and to be measured against.
 */
export function plainFusion(options: AdapterFusionOptions): Method {
  const method = adapterFusion(options);
  const sources = adaptersOf(options.sources);
  const names = sources.map(({ name }) => name);
  const { apply } = nonLinearity(sources[0]?.nonLinearity ?? '');
  return {
    ...method,
    frozen: (target) => {
      const identity = method.frozen?.(target).filter(({ name }) => name === 'identity') ?? [];
      const adapters = sources.flatMap(({ name, width, hiddenSize, layers }) =>
        layers.flatMap((layer, i): FrozenSpec[] => [
          { name: `${name}.${i}.down`, shape: [width, hiddenSize], values: layer.down },
          { name: `${name}.${i}.downBias`, shape: [width], values: layer.downBias },
          { name: `${name}.${i}.up`, shape: [hiddenSize, width], values: layer.up },
          { name: `${name}.${i}.upBias`, shape: [hiddenSize], values: layer.upBias },
        ]),
      );
      return [...identity, ...adapters];
    },
    sites: ({ encoder, parameter, frozen, dropout }) => ({
      feedForwardOutput({ layer, hidden, residual, norm }) {
        const { query, key, value } = fusionKeys(encoder, layer, names);
        const total = add(hidden, residual);
        const z = norm(total);
        const outputs = names.map((name) => {
          const source = (field: string): Tensor => frozen(`${name}.${layer}.${field}`);
          const inner = apply(linear(z, source('down'), source('downBias')));
          return linear(inner, source('up'), source('upBias'));
        });
        const q = linear(z, parameter(`${query}.weight`), parameter(`${query}.bias`));
        const column = (x: Tensor): Tensor => reshape(x, [x.shape[0] ?? 1, 1]);
        const scores = concat(
          outputs.map((up) => {
            const k = linear(up, parameter(`${key}.weight`), parameter(`${key}.bias`));
            return column(sum(multiply(q, k), 1));
          }),
          1,
        );
        const probability = options.dropout ?? encoder.attentionDropout ?? 0.1;
        const alpha = softmax(dropout?.apply(scores, probability, `fusion/${layer}`) ?? scores);
        const shares = split(alpha, Array<number>(names.length).fill(1), 1);
        const values = outputs.map((up, t) =>
          multiply(shares[t] as Tensor, linear(up, parameter(`${value}.weight`))),
        );
        return norm(
          add(
            values.reduce((mixture, v) => add(mixture, v)),
            total,
          ),
        );
      },
    }),
  };
}
