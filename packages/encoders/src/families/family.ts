import type { EncodedText, EncoderConfig, HostArray } from '@scalearn/core';
import type { JsonFields } from '@scalearn/core/files';
import type { Tensor } from '@scalearn/core/graph';
import type { EncoderCall, EncoderGraph, EncoderModules, StaticHead } from '@scalearn/core/methods';
import type { VocabularyFormat } from '../tokenizer/files/vocabulary.ts';
import type { TransformerConfig } from './config.ts';
import type { MaskedLMHead } from './masked-lm-head.ts';
import type { WeightSpec } from './weights.ts';

/** What a family builds its graph from. */
export interface FamilyCall extends Pick<EncoderCall, 'sites' | 'dropout'> {
  /** A weight by its name in the graph. */
  weight(name: string): Tensor;
  /** Whether there is such a weight; of optional ones there may not. */
  has(name: string): boolean;
}

/**
 * A family of encoders: all that is known of an architecture. Names of weights lack the family's prefix; keys on disk may
 * have it or lack it. Methods and heads learn of it what {@link EncoderModules} and {@link StaticHead} say.
 */
export interface EncoderFamily<Config extends TransformerConfig = TransformerConfig> {
  /** The `model_type` of its `config.json`. */
  readonly modelType: string;
  /** First part of its keys on disk. */
  readonly prefix: string;
  /** How the names of its classes begin in Python, such as `Bert`; missing where there are none. */
  readonly pythonClass?: string;
  /** Where its modules lie on disk, the prefix included. */
  readonly modules: EncoderModules;
  /** The head of its class for classification; `config` has what every encoder has, and the family's `headOptions`. */
  staticHead(config: EncoderConfig): StaticHead;
  /** First parts of keys that are of heads, which checkpoints may have and which are ignored. */
  readonly headKeys: readonly string[];
  /** The vocabulary of folders without `tokenizer.json`, where one can be made of it. */
  readonly vocabulary?: VocabularyFormat;
  /** The head that guesses masked tokens; without it the family cannot be pretrained. */
  readonly maskedLM?: MaskedLMHead;
  /**
   * Reads the fields of a `config.json`, and refuses what would make another encoder of it.
   *
   * @throws EncoderConfigError by way of `fields.error`
   */
  readConfig(fields: JsonFields): Config;
  /** The inverse: the content of a `config.json`, but for `model_type` and for what heads decide. */
  writeConfig(config: Config): Record<string, unknown>;
  /** All tensors of an encoder. */
  weights(config: Config): readonly WeightSpec[];
  /** The position of a sequence's first token. */
  firstPosition(config: Config): number;
  /** The graph, with the active method called at its sites. It may read the inputs that all encoders are fed, and its own. */
  build(config: Config, call: FamilyCall): EncoderGraph;
  /** Inputs of its own, besides `inputIds`, `positionIds`, `tokenTypeIds` and `cuSeqlens`. */
  feeds?(config: Config, texts: readonly EncodedText[]): Record<string, HostArray>;
}

/** A family, checked by its types. */
export function defineEncoderFamily<Config extends TransformerConfig>(
  family: EncoderFamily<Config>,
): EncoderFamily {
  return family;
}
