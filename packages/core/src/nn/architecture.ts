import { ArgumentError } from '../errors.ts';
import type { EncoderConfig } from './encoder-config.ts';
import type { StaticHead } from './static-head.ts';

/**
 * The paths of an encoder's modules: the first parts of their keys on disk, with `*` for the number of a layer. A path
 * is absent if the encoder does not have the module.
 */
export interface EncoderModules {
  /** Module that contains the layers: `bert.encoder`. */
  readonly stack: string;
  /** Module that contains what methods add after the feed-forward block: `bert.encoder.layer.*.output`. */
  readonly layerOutput: string;
  /** Linear layer of the queries: `bert.encoder.layer.*.attention.self.query`; absent if the encoder has none. */
  readonly query?: string;
  /** Linear layer of the keys; absent if the encoder has none. */
  readonly key?: string;
  /** Linear layer of the values; absent if the encoder has none. */
  readonly value?: string;
  /** Linear layer after the attention; absent if the encoder has none. */
  readonly attentionOutput?: string;
  /**
   * First linear layer of the feed-forward block: `bert.encoder.layer.*.intermediate.dense`; absent if the encoder
   * has none.
   */
  readonly intermediate?: string;
  /** Second linear layer of the feed-forward block; absent if the encoder has none. */
  readonly output?: string;
  /** Linear layer of the pooler: `bert.pooler.dense`; absent if the encoder has none. */
  readonly pooler?: string;
}

/** Linear layers that occur in every layer of an encoder, or a single one. */
export interface LinearLayers {
  /** Path on disk without the encoder's prefix, with `*` for the number of a layer: `encoder.layer.*.output.dense`. */
  readonly path: string;
  /** Size of the input. */
  readonly inputs: number;
  /** Size of the output. */
  readonly outputs: number;
  /** Whether it adds a bias. */
  readonly hasBias: boolean;
}

/** The properties of an encoder that methods and heads use: its sizes, the names of its parts, its head. */
export interface EncoderArchitecture extends EncoderConfig {
  /** First part of its keys on disk: `bert`, or `roberta` for RoBERTa and XLM-R. */
  readonly prefix: string;
  /** Prefix of its Python class names, such as `Bert` of `BertModel`; absent if it has none. */
  readonly pythonClass?: string;
  /** The paths of its modules. */
  readonly modules: EncoderModules;
  /** Its linear layers, which methods can adapt by name; absent if only its sizes are known. */
  readonly linears?: readonly LinearLayers[];
  /** The head of its Python class for sequence classification. */
  readonly staticHead: StaticHead;
}

/** Modules that occur once in every layer. */
export type LayerModule = Exclude<keyof EncoderModules, 'stack' | 'pooler'>;

/** Returns the path of a layer's module. @throws ArgumentError if the encoder has no such module */
export function modulePath(
  { modules, modelType }: Pick<EncoderArchitecture, 'modules' | 'modelType'>,
  module: LayerModule,
  layer: number,
): string {
  const path = modules[module];
  if (path === undefined)
    throw new ArgumentError(
      `encoders of the architecture ${modelType} have no module '${module}', which the method adapts; choose another method`,
    );
  return path.replace('*', String(layer));
}

/** Returns every linear layer of an encoder with its own path. Returns undefined if they are not known. */
export function linearLayers({
  linears,
  layers,
}: Pick<EncoderArchitecture, 'linears' | 'layers'>): readonly LinearLayers[] | undefined {
  return linears?.flatMap((linear) =>
    linear.path.includes('*')
      ? Array.from({ length: layers }, (_, i) => ({ ...linear, path: linear.path.replace('*', String(i)) }))
      : [linear],
  );
}
