export type { HeldOutRecord, PretrainEvent } from './events.ts';
export { type LoadMaskedLMOptions, loadMaskedLM, type MaskedLMFileOptions, maskedLMFiles } from './folder.ts';
export { type MaskedBatch, type MaskingVocabulary, maskingVocabulary, maskTokens } from './masking.ts';
export { MaskedLanguageModel, type MaskedLMGraph, type MaskedLMOptions } from './model.ts';
export type { PretrainOptions } from './options.ts';
export { pretrain } from './pretrain.ts';
export { trainWordPiece, type WordPieceOptions, wordPieceFiles } from './word-piece.ts';
