import { ArgumentError } from '../errors.ts';
import type { EncoderConfig } from './encoder-config.ts';
import type { StaticHead } from './static-head.ts';

/**
 * Where an encoder's modules lie, by the first parts of their keys on disk; `*` stands for the number of a layer. A module
 * that the encoder does not have is missing.
 */
export interface EncoderModules {
  /** What holds the layers: `bert.encoder`. */
  readonly stack: string;
  /** What holds that which methods add behind the feed-forward block: `bert.encoder.layer.*.output`. */
  readonly layerOutput: string;
  /** Linear layers of the attention: `bert.encoder.layer.*.attention.self.query`, … */
  readonly query?: string;
  readonly key?: string;
  readonly value?: string;
  readonly attentionOutput?: string;
  /** Linear layers of the feed-forward block: `bert.encoder.layer.*.intermediate.dense`, … */
  readonly intermediate?: string;
  readonly output?: string;
  /** `bert.pooler.dense` */
  readonly pooler?: string;
}

/** What methods and heads know of an encoder: its sizes, the names of its parts, its head. */
export interface EncoderArchitecture extends EncoderConfig {
  /** First part of its keys on disk: `bert`, or `roberta` for RoBERTa and XLM-R. */
  readonly prefix: string;
  /** How the names of its classes begin in Python, such as `Bert` of `BertModel`; missing where it has none. */
  readonly pythonClass?: string;
  readonly modules: EncoderModules;
  readonly staticHead: StaticHead;
}

/** Modules that every layer has one of. */
export type LayerModule = Exclude<keyof EncoderModules, 'stack' | 'pooler'>;

/** First part of the keys of a layer's module. @throws ArgumentError where the encoder has no such module */
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
