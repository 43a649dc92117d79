import type { EncodedText, EncoderConfig, HostArray } from '@scalearn/core';
import type { JsonFields } from '@scalearn/core/files';
import type { Tensor } from '@scalearn/core/graph';
import type { EncoderCall, EncoderGraph, EncoderModules, StaticHead } from '@scalearn/core/methods';
import type { ConstantValues } from '../model/constants.ts';
import type { VocabularyFormat } from '../tokenizer/files/vocabulary.ts';
import type { TransformerConfig } from './config.ts';
import type { MaskedLMHead } from './masked-lm-head.ts';
import type { WeightSpec } from './weights.ts';

/** Inputs from which a family builds its graph. */
export interface FamilyCall extends Pick<EncoderCall, 'sites' | 'dropout'> {
  /** Returns a weight by its name in the graph. */
  weight(name: string): Tensor;
  /**
   * Returns the output of linear layers on an input, changed by the active method; absent if it changes none
   *
   * @param name name of their matrix in the graph, without `.weight`
   */
  adapt?(name: string, output: Tensor, input: Tensor): Tensor;
  /** Returns whether there is such a weight. Optional weights may be missing. */
  has(name: string): boolean;
  /**
   * Returns a tensor that only the configuration decides, by a name of the family's choice. Its values are made once.
   */
  constant(name: string, make: () => ConstantValues): Tensor;
}

/**
 * A family of encoders: everything that is specific to an architecture. Names of weights lack the family's prefix. Keys
 * on disk may have it or lack it. Methods and heads only depend on {@link EncoderModules} and {@link StaticHead}.
 */
export interface EncoderFamily<Config extends TransformerConfig = TransformerConfig> {
  /** The `model_type` of its `config.json`. */
  readonly modelType: string;
  /** Prefix of its keys on disk. */
  readonly prefix: string;
  /** Prefix of its class names in Python, such as `Bert`; undefined if there are none. */
  readonly pythonClass?: string;
  /** Class of its tokenizer in transformers.js; by default `pythonClass` and `Tokenizer`. */
  readonly tokenizerClass?: string;
  /** Paths of its modules on disk, including the prefix. */
  readonly modules: EncoderModules;
  /**
   * Returns the head of its classification class. `config` has the fields common to all encoders, and the family's
   * `headOptions`.
   */
  staticHead(config: EncoderConfig): StaticHead;
  /** Key prefixes of heads. Checkpoints may have such keys, and they are ignored. */
  readonly headKeys: readonly string[];
  /** Vocabulary format of folders without `tokenizer.json`, if a tokenizer can be built from it. */
  readonly vocabulary?: VocabularyFormat;
  /** The head that predicts masked tokens. A family without it cannot be pretrained. */
  readonly maskedLM?: MaskedLMHead;
  /**
   * Reads the fields of a `config.json`, and refuses those that would change what the encoder computes.
   *
   * @throws EncoderConfigError through `fields.error`
   */
  readConfig(fields: JsonFields): Config;
  /**
   * The inverse: returns the content of a `config.json` without `model_type` and without the fields that heads decide.
   */
  writeConfig(config: Config): Record<string, unknown>;
  /** Returns all tensors of an encoder. */
  weights(config: Config): readonly WeightSpec[];
  /** Returns the position of a sequence's first token. */
  firstPosition(config: Config): number;
  /** Returns whether the graph reads `positionIds`; by default it does. */
  readsPositions?(config: Config): boolean;
  /** Builds the graph. It calls the active method at its sites and may read the common inputs and its own. */
  build(config: Config, call: FamilyCall): EncoderGraph;
  /**
   * Returns its own inputs, in addition to `inputIds`, `positionIds`, `tokenTypeIds` and `cuSeqlens`; absent if there
   * are none
   */
  feeds?(config: Config, texts: readonly EncodedText[]): Record<string, HostArray>;
}

/** Defines a family with checked types. */
export function defineEncoderFamily<Config extends TransformerConfig>(
  family: EncoderFamily<Config>,
): EncoderFamily {
  return family;
}
