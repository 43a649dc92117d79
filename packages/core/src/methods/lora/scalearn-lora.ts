import { at, known } from '../../elements.ts';
import type { Tensor } from '../../graph/tensor.ts';
import type { ParameterSpec } from '../../nn/parameters.ts';
import { add, multiply } from '../../ops/arithmetic.ts';
import { concat, split } from '../../ops/concat.ts';
import { reshape } from '../../ops/reshape.ts';
import type { Method, MethodCall, MethodTarget, SaveCall } from '../method.ts';
import { coefficientsOf, omegaPenalty } from '../omega.ts';
import { scalearnFiles } from '../scalearn-files.ts';
import { runSettings, type ScalearnSettings, scalearnDefaults } from '../scalearn-settings.ts';
import { checkSources } from '../stack-sources.ts';
import { foldModules } from './fold.ts';
import type { LoraAdapter } from './lora-adapter.ts';
import { addLowRank } from './low-rank.ts';
import { mergeLoras } from './merge-loras.ts';
import {
  groupProjections,
  type Projection,
  type ProjectionGroup,
  projectionsOf,
  stackedA,
  stackGroup,
} from './projections.ts';

/**
 * Creates ScaLearn on LoRA sources: at each linear layer that sources adapt
 *
 * `y = W·x + b + Σ_t ω_t ⊙ s_t·B_t·A_t·x`
 *
 * with ω a vector over the outputs or a scalar for each source, per layer or shared by all layers. The sources are
 * frozen, and ω is learned (docs/reference/methods.md#scalearn-on-lora). A source that does not adapt a layer has no ω
 * there. The outputs of the sources are never stored separately: see {@link ProjectionGroup}.
 */
export function scalearnLora(settings: ScalearnSettings, sources: readonly LoraAdapter[]): Method {
  const { vector, shared } = settings;
  const projections = (
    target: Pick<MethodTarget, 'encoder' | 'encoderFingerprint'>,
  ): readonly Projection[] => {
    checkSources(sources, target);
    return projectionsOf(sources, target);
  };
  const groups = (target: MethodTarget): readonly ProjectionGroup[] => groupProjections(projections(target));
  const key = (projection: Projection, target: MethodTarget): string => omegaKey(projection, target, shared);
  const width = ({ outputs }: Pick<Projection, 'outputs'>): number => (vector ? outputs : 1);

  /** ω of the given layers of a group, `[layers, T, outputs or 1]`. */
  const omega = (keys: readonly string[], group: ProjectionGroup, call: MethodCall): Tensor =>
    concat(keys.map((name) => reshape(call.parameter(name), [1, group.sources, width(group)])));

  /** The coefficients of a group's layers as the forward pass uses them, `[layers, T, outputs or 1]`. */
  const coefficients = (group: ProjectionGroup, call: MethodCall): Tensor => {
    const all = omega(
      group.projections.map((each) => key(each, call)),
      group,
      call,
    );
    return coefficientsOf(all, settings, call.dropout, `omega/${at(group.projections, 0).path}`);
  };

  const merged = (call: SaveCall): LoraAdapter =>
    mergeLoras(
      call.adapterName,
      projections(call).map((projection) => ({
        ...projection,
        path: `${call.encoder.prefix}.${projection.path}`,
        omega: known(call.tensors, key(projection, call)).data,
      })),
      settings,
      call.encoderFingerprint,
    );

  return {
    name: settings.variant,
    kind: 'two-stage',
    headLayout: 'static',
    usesTransformersHead: true,
    get settings() {
      return runSettings(settings, sources);
    },
    defaults: scalearnDefaults,
    parameters: (target) => {
      const specs = projections(target).map((projection): [string, ParameterSpec] => {
        const name = key(projection, target);
        // Equal for all linear layers, so that a source starts as it was trained, times a number.
        const init = { mean: settings.initScale / sources.length, deviation: 0.001 };
        const shape = [projection.sources.length, width(projection)];
        return [name, { name, shape, init, decay: true }];
      });
      return [...new Map(specs).values()];
    },
    frozen: (target) => groups(target).flatMap(stackGroup),
    sites: (call) => {
      const scaled = new Map<string, { readonly a: Tensor; readonly b: Tensor }>();
      for (const group of groups(call)) {
        const { projections: members, sources: T, rank, outputs } = group;
        const factors = reshape(coefficients(group, call), [members.length, T, 1, width(group)]);
        const each = split(multiply(factors, call.frozen(group.b)), Array<number>(members.length).fill(1));
        for (const [p, projection] of members.entries())
          scaled.set(projection.path, {
            a: call.frozen(stackedA(projection)),
            b: reshape(at(each, p), [T * rank, outputs]),
          });
      }
      return {
        linear: (output, { input, parts }) => {
          const terms = parts.map((path) => {
            const own = scaled.get(path);
            return own && { input, ...own };
          });
          return addLowRank(output, terms, { isTransposed: true });
        },
      };
    },
    penalty: (call) => {
      if (settings.regularization === 0) return undefined;
      const terms = groups(call).map((group) => {
        const keys = [...new Set(group.projections.map((each) => key(each, call)))];
        return omegaPenalty(omega(keys, group, call), settings, sources.length);
      });
      return add(...terms);
    },
    save: (call) => scalearnFiles({ ...call, settings, sources, omegaKeys: [...call.tensors.keys()] }),
    fold: (call, weights) => foldModules(weights, merged(call)),
    merge: merged,
  };
}

/** Returns the key of ω of a linear layer (docs/reference/formats.md#scalearn-on-lora). */
function omegaKey({ path, name, sources }: Projection, { encoder }: MethodTarget, shared: boolean): string {
  const joined = sources.map((source) => source.name).join(',');
  return shared
    ? `shared_parameters.${name}.${joined}.omega`
    : `${encoder.prefix}.${path}.scalearn_lora.${joined}.omega`;
}
