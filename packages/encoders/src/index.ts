export { HubError, type HubOptions, type HubReason } from '@scalearn/hub';
export { EncoderConfigError, EncoderWeightsError } from './errors.ts';
export {
  type AttentionForm,
  type AttentionFormOf,
  type EncoderBlocks,
  encoderBlocks,
} from './families/blocks.ts';
export type { TransformerConfig } from './families/config.ts';
export {
  type ConfigKeys,
  checkDerived,
  readConfigFields,
  writeConfigFields,
} from './families/config-fields.ts';
export { defineEncoderFamily, type EncoderFamily, type FamilyCall } from './families/family.ts';
export { encoderFamilies, type FamilyOptions, familyOf } from './families/list.ts';
export type { MaskedLMHead } from './families/masked-lm-head.ts';
export {
  buildPostNorm,
  type EmbeddingForm,
  embed,
  embeddingWeights,
  type PostNormNames,
  postNormModules,
  postNormWeights,
} from './families/post-norm.ts';
export {
  linearWeights,
  normWeights,
  stackedWeights,
  type WeightSpec,
  weightSpec,
} from './families/weights.ts';
export { openCheckpoint } from './folder/checkpoint.ts';
export { MissingModelFileError, UnreadableModelFileError } from './folder/errors.ts';
export { fileList } from './folder/file-list.ts';
export { localFolder } from './folder/local-folder.ts';
export { memoryFolder } from './folder/memory-folder.ts';
export type { ModelFiles } from './folder/model-files.ts';
export { modelFolder } from './folder/model-folder.ts';
export { type UrlFolderOptions, urlFolder } from './folder/url-folder.ts';
export { openHub } from './hub/open-hub.ts';
export { namedHubRepository, openModelFiles } from './hub/open-model-files.ts';
export { encoderArchitecture, encoderParameterCount, encoderWeights } from './model/architecture.ts';
export {
  encoderConfigJson,
  maxSequenceLength,
  type ParseConfigOptions,
  parseEncoderConfig,
} from './model/config.ts';
export { type ConstantValues, GraphConstants } from './model/constants.ts';
export { type CreateEncoderOptions, createEncoder } from './model/create.ts';
export { type SegmentEncoder, TransformerEncoder } from './model/encoder.ts';
export { encoderFeeds } from './model/feeds.ts';
export { fingerprintEncoder } from './model/fingerprint.ts';
export { type LoadEncoderOptions, loadEncoder } from './model/load.ts';
export { loadAdapter } from './model/load-adapter.ts';
export { type ReadConfigOptions, readEncoderConfig } from './model/read-config.ts';
export { readEncoderWeights } from './model/read-weights.ts';
export { sentencePooling } from './model/sentence-pooling.ts';
export { TokenizerError, type TokenizerReason } from './tokenizer/errors.ts';
export { wordPieceVocabulary } from './tokenizer/files/bert.ts';
export { byteLevelVocabulary } from './tokenizer/files/roberta.ts';
export { readTokenizerFiles, type TokenizerFiles } from './tokenizer/files/tokenizer-file.ts';
export { transformersTokenizerFiles } from './tokenizer/files/transformers-files.ts';
export type { BinaryVocabulary, TextVocabulary, VocabularyFormat } from './tokenizer/files/vocabulary.ts';
export { loadTokenizer } from './tokenizer/load-tokenizer.ts';
export { readWordSplitter } from './tokenizer/text-tokenizer.ts';
export {
  type EncodeOptions,
  type Encoding,
  type RaggedBatch,
  type Segments,
  Tokenizer,
} from './tokenizer/tokenizer.ts';
export type { Truncation } from './tokenizer/truncation.ts';
