export { HubError, type HubOptions, type HubReason } from '@scalearn/hub';
export { openCheckpoint } from './folder/checkpoint.ts';
export { MissingModelFileError, UnreadableModelFileError } from './folder/errors.ts';
export { fileList } from './folder/file-list.ts';
export { localFolder } from './folder/local-folder.ts';
export { memoryFolder } from './folder/memory-folder.ts';
export type { ModelFiles } from './folder/model-files.ts';
export { modelFolder } from './folder/model-folder.ts';
export { type UrlFolderOptions, urlFolder } from './folder/url-folder.ts';
export { openHub } from './hub/open-hub.ts';
export { openModelFiles } from './hub/open-model-files.ts';
export type { HeldOutRecord, PretrainEvent } from './masked-lm/events.ts';
export { type LoadMaskedLMOptions, loadMaskedLM } from './masked-lm/load.ts';
export { type MaskedBatch, type MaskingVocabulary, maskTokens } from './masked-lm/mask-tokens.ts';
export { MaskedLanguageModel, type MaskedLMGraph, type MaskedLMOptions } from './masked-lm/model.ts';
export { type MaskedLMFileOptions, maskedLMFiles } from './masked-lm/model-files.ts';
export type { PretrainOptions } from './masked-lm/options.ts';
export { pretrain } from './masked-lm/pretrain.ts';
export { maskingVocabulary } from './masked-lm/vocabulary.ts';
export { type EncoderConfig, maxSequenceLength, parseEncoderConfig } from './model/config.ts';
export { type CreateEncoderOptions, createEncoder } from './model/create.ts';
export { type SegmentEncoder, TransformerEncoder } from './model/encoder.ts';
export { EncoderConfigError, EncoderWeightsError } from './model/errors.ts';
export { fingerprintEncoder } from './model/fingerprint.ts';
export { type LoadEncoderOptions, loadEncoder } from './model/load.ts';
export { loadAdapter } from './model/load-adapter.ts';
export { readEncoderConfig } from './model/read-config.ts';
export { encoderParameterCount, encoderShape } from './model/shape.ts';
export { TokenizerError, type TokenizerReason } from './tokenizer/errors.ts';
export { readTokenizerFiles, type TokenizerFiles } from './tokenizer/files/tokenizer-file.ts';
export { loadTokenizer } from './tokenizer/load-tokenizer.ts';
export {
  type EncodeOptions,
  type Encoding,
  type RaggedBatch,
  type Segments,
  Tokenizer,
} from './tokenizer/tokenizer.ts';
export type { Truncation } from './tokenizer/truncation.ts';
export { trainWordPiece, type WordPieceOptions } from './vocabulary/train-word-piece.ts';
export { wordPieceFiles } from './vocabulary/word-piece-files.ts';
