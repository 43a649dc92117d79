import { at } from '../elements.ts';
import { ArgumentError } from '../errors.ts';
import { fixedDim } from '../graph/shape.ts';
import type { Tensor } from '../graph/tensor.ts';
import { add, multiply } from '../ops/arithmetic.ts';
import { concat, split } from '../ops/concat.ts';
import { linear, matmul } from '../ops/matmul.ts';
import { reshape } from '../ops/reshape.ts';
import { type Adapter, nonLinearity } from './adapter.ts';
import { defineMethod, type MethodDefinition } from './definition.ts';
import { scalearnLora } from './lora/scalearn-lora.ts';
import { mergeAdapters } from './merge.ts';
import type { FrozenSpec, Method, MethodCall, MethodTarget } from './method.ts';
import { coefficientsOf, omegaPenalty } from './omega.ts';
import { scalearnFiles } from './scalearn-files.ts';
import {
  omegaKeys,
  omegaOptions,
  runSettings,
  type ScalearnOptions,
  type ScalearnVariant,
  scalearnDefaults,
  scalearnVariants,
  settleScalearn,
} from './scalearn-settings.ts';
import { isLora, sourcesOf } from './source.ts';
import { stackSources } from './stack-sources.ts';

/**
 * Creates ScaLearn, stage 2: `y = LN₂(Σ_t ω_t ⊙ up_t(z) + h + x)` with `z = LN₂(h + x)`. The sources are frozen, and ω
 * is learned (arXiv 2310.01217, section 3). The T source outputs are never stored separately: see {@link stackSources}.
 * LoRA sources are scaled where they are, at the linear layers that they adapt: see {@link scalearnLora}.
 *
 * @throws ArgumentError for sources of different kinds
 */
export function scalearn(options: ScalearnOptions): Method {
  const settings = settleScalearn(options);
  const given = sourcesOf(options.sources);
  const loras = given.filter(isLora);
  if (loras.length > 0 && loras.length === given.length) return scalearnLora(settings, loras);
  const sources = given.filter((source): source is Adapter => !isLora(source));
  if (loras.length > 0)
    throw new ArgumentError(
      `sources must be all LoRAs or all bottleneck adapters; '${at(loras, 0).name}' is a LoRA, '${at(sources, 0).name}' is not`,
    );
  const names = sources.map((source) => source.name);
  const T = sources.length;
  const { apply } = nonLinearity(sources[0]?.nonLinearity ?? 'relu');
  const keys = (target: MethodTarget): string[] => omegaKeys(target.encoder, names, settings.shared);

  /** ω of all layers, `[layers or 1, T, hidden or 1]`. */
  const omega = (call: MethodCall): Tensor => {
    const width = settings.vector ? call.encoder.hiddenSize : 1;
    return concat(keys(call).map((key) => reshape(call.parameter(key), [1, T, width])));
  };

  /** The coefficients as the forward pass uses them, `[layers, T, hidden or 1]`. */
  const coefficients = (call: MethodCall): Tensor => {
    const { layers } = call.encoder;
    const raw = omega(call);
    const all = concat(settings.shared ? Array<Tensor>(layers).fill(raw) : [raw]);
    return coefficientsOf(all, settings, call.dropout, 'omega');
  };

  return {
    name: settings.variant,
    kind: 'two-stage',
    headLayout: 'static',
    get settings() {
      return runSettings(settings, sources);
    },
    defaults: scalearnDefaults,
    parameters: (target) =>
      keys(target).map((name) => ({
        name,
        shape: [T, settings.vector ? target.encoder.hiddenSize : 1],
        init: { mean: settings.initScale / T, deviation: 0.001 },
        decay: true,
      })),
    frozen: (target) => {
      const { layers, hiddenSize } = target.encoder;
      const { units, layers: stacked, up } = stackSources(sources, target);
      return [
        { name: 'up', shape: [layers, T, units, hiddenSize], values: up },
        ...stacked.flatMap(({ down, downBias }, i): FrozenSpec[] => [
          { name: `down.${i}`, shape: [T * units, hiddenSize], values: down },
          { name: `downBias.${i}`, shape: [T * units], values: downBias },
        ]),
      ];
    },
    sites: (call) => {
      const up = call.frozen('up');
      const [layers, units, hiddenSize] = [
        fixedDim(up.shape, 0),
        fixedDim(up.shape, 2),
        fixedDim(up.shape, 3),
      ];
      const scale = coefficients(call);
      const scaled = multiply(reshape(scale, [layers, T, 1, at(scale.shape, 2)]), up);
      const perLayer = split(scaled, Array<number>(layers).fill(1));
      return {
        feedForwardOutput({ layer, hidden, residual, norm }) {
          const total = add(hidden, residual);
          const inner = apply(
            linear(norm(total), call.frozen(`down.${layer}`), call.frozen(`downBias.${layer}`)),
          );
          const rows = reshape(at(perLayer, layer), [T * units, hiddenSize]);
          return norm(add(matmul(inner, rows), total));
        },
      };
    },
    penalty: (call) => (settings.regularization === 0 ? undefined : omegaPenalty(omega(call), settings, T)),
    save: (call) => scalearnFiles({ ...call, settings, sources, omegaKeys: keys(call) }),
    merge: (call) => {
      const omegas = keys(call).map((key) => call.tensors.get(key)?.data ?? new Float32Array());
      return mergeAdapters(call.adapterName, sources, omegas, settings);
    },
  };
}

const words: Readonly<
  Record<ScalearnVariant, { readonly title: string; readonly each: string; readonly count: string }>
> = {
  scalearn: { title: 'ScaLearn', each: 'source, layer and dimension', count: 'TdL' },
  'scalearn-uniform': { title: 'ScaLearnUniform', each: 'source and layer', count: 'TL' },
  'scalearn++': { title: 'ScaLearn++', each: 'source and dimension', count: 'Td' },
  'scalearn-uniform++': { title: 'ScaLearnUniform++', each: 'source', count: 'T' },
};

/** The definitions of the four variants of {@link scalearn}. */
export const scalearnMethods: readonly MethodDefinition[] = scalearnVariants.map((variant) => {
  const { title, each, count } = words[variant];
  return defineMethod({
    ...{ id: variant, title, summary: `a coefficient for each ${each}`, kind: 'two-stage' },
    reference: {
      paper: 'Frohmann et al. 2024, arXiv 2310.01217, section 3',
      equation: 'y = LN₂(Σₜ ωₜ ⊙ upₜ(z) + h + x)',
      file: 'core/src/methods/scalearn.ts',
    },
    trains: { what: `ω: a number for each ${each}`, where: 'on the outputs of the sources', count },
    sources: { least: 1, takes: 'both' },
    options: omegaOptions(variant),
    make: (sources, values) => scalearn({ ...values, sources, variant }),
  });
});
