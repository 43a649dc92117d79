export { openCheckpoint } from './folder/checkpoint.ts';
export { MissingModelFileError, UnreadableModelFileError } from './folder/errors.ts';
export { fileList } from './folder/file-list.ts';
export { localFolder } from './folder/local-folder.ts';
export type { ModelFiles } from './folder/model-files.ts';
export { type UrlFolderOptions, urlFolder } from './folder/url-folder.ts';
export { HubError, type HubReason } from './hub/errors.ts';
export { type HubOptions, openHub } from './hub/open-hub.ts';
export { openModelFiles } from './hub/open-model-files.ts';
export { type EncoderConfig, maxSequenceLength, parseEncoderConfig } from './model/config.ts';
export { type CreateEncoderOptions, createEncoder } from './model/create.ts';
export { type SegmentEncoder, TransformerEncoder } from './model/encoder.ts';
export { EncoderConfigError, EncoderWeightsError } from './model/errors.ts';
export { type LoadEncoderOptions, loadEncoder } from './model/load.ts';
export { TokenizerError, type TokenizerReason } from './tokenizer/errors.ts';
export { loadTokenizer } from './tokenizer/load-tokenizer.ts';
export {
  type EncodeOptions,
  type Encoding,
  type RaggedBatch,
  type Segments,
  Tokenizer,
} from './tokenizer/tokenizer.ts';
export type { Truncation } from './tokenizer/truncation.ts';
