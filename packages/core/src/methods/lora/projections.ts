import { at } from '../../elements.ts';
import { ArgumentError } from '../../errors.ts';
import { usesPooler } from '../../nn/head.ts';
import type { FrozenSpec, MethodTarget } from '../method.ts';
import { barePath, type LoraAdapter, type LoraModule, loraScaling } from './lora-adapter.ts';
import { isPooler } from './misfit.ts';

/** A source's LoRA of one linear layer. */
export interface ProjectionSource {
  readonly name: string;
  readonly module: LoraModule;
  readonly scaling: number;
}

/** A linear layer that at least one source adapts. */
export interface Projection {
  /** Path without the encoder's prefix. */
  readonly path: string;
  /** Its name in each layer, after the layer's number: `attention.self.query`; the path of a layer that occurs once. */
  readonly name: string;
  readonly outputs: number;
  readonly inputs: number;
  /** The sources that adapt it, in order. */
  readonly sources: readonly ProjectionSource[];
}

/**
 * Returns the linear layers that the sources adapt. The pooler is one of them only if the head reads it.
 *
 * @throws ArgumentError if two sources have other sizes for one layer
 */
export function projectionsOf(
  sources: readonly LoraAdapter[],
  { encoder }: Pick<MethodTarget, 'encoder'>,
): readonly Projection[] {
  const found = new Map<string, ProjectionSource[]>();
  for (const { name, modules, useRslora } of sources)
    for (const [path, module] of modules) {
      const bare = barePath(path, encoder);
      if (isPooler(bare, encoder) && !usesPooler(encoder)) continue;
      const own = { name, module, scaling: loraScaling(module, useRslora) };
      found.set(bare, [...(found.get(bare) ?? []), own]);
    }
  return [...found].map(([path, adapting]) => {
    const { inputs, outputs } = at(adapting, 0).module;
    const other = adapting.find(({ module }) => module.inputs !== inputs || module.outputs !== outputs);
    if (other)
      throw new ArgumentError(
        `the sources '${at(adapting, 0).name}' and '${other.name}' belong to encoders of other sizes: they differ at ${path}`,
      );
    return { path, name: path.replace(/^.*?\.\d+\./, ''), inputs, outputs, sources: adapting };
  });
}

/**
 * Linear layers with the same sources and sizes. Their scaled B are computed together.
 *
 * As with adapters (P7), the sources of a layer are two matrices: the stacked A, and the stacked B with their columns
 * scaled by ω. Sources of smaller rank than the largest are padded with zeros.
 */
export interface ProjectionGroup {
  readonly projections: readonly Projection[];
  /** Number of sources T. */
  readonly sources: number;
  /** Rows of each source in A: the largest rank. */
  readonly rank: number;
  readonly outputs: number;
  /** Name of the frozen tensor with all B, `[projections, T, rank, outputs]`, multiplied by the sources' scaling. */
  readonly b: string;
}

/** Groups linear layers that have the same sources and sizes. */
export function groupProjections(projections: readonly Projection[]): readonly ProjectionGroup[] {
  const groups = new Map<string, Projection[]>();
  for (const projection of projections) {
    const { sources, outputs } = projection;
    const key = [outputs, ...sources.map(({ name, module }) => `${name} ${module.rank}`)].join();
    groups.set(key, [...(groups.get(key) ?? []), projection]);
  }
  return [...groups.values()].map((members) => {
    const { sources, outputs, path } = at(members, 0);
    const rank = Math.max(...sources.map(({ module }) => module.rank));
    return { projections: members, sources: sources.length, rank, outputs, b: `b/${path}` };
  });
}

/** Name of the frozen tensor with the stacked A of a layer, `[T · rank, inputs]`. */
export const stackedA = ({ path }: Pick<Projection, 'path'>): string => `a/${path}`;

/** Stacks the matrices of a group's sources. */
export function stackGroup({ projections, sources: T, rank, outputs, b }: ProjectionGroup): FrozenSpec[] {
  const all = new Float32Array(projections.length * T * rank * outputs);
  const stacked = projections.map((projection, p): FrozenSpec => {
    const { inputs, sources } = projection;
    const a = new Float32Array(T * rank * inputs);
    for (const [t, { module, scaling }] of sources.entries()) {
      a.set(module.a, t * rank * inputs);
      const base = (p * T + t) * rank * outputs;
      // Not checked per element: sizes were checked on reading, and there are millions of elements.
      for (let k = 0; k < module.rank; k++)
        for (let c = 0; c < outputs; c++)
          all[base + k * outputs + c] = scaling * (module.b[c * module.rank + k] as number);
    }
    return { name: stackedA(projection), shape: [T * rank, inputs], values: a };
  });
  return [{ name: b, shape: [projections.length, T, rank, outputs], values: all }, ...stacked];
}
