export { type EncoderConfig, maxSequenceLength, parseEncoderConfig } from './model/config.ts';
export { type CreateEncoderOptions, createEncoder } from './model/create.ts';
export { type SegmentEncoder, TransformerEncoder } from './model/encoder.ts';
export { EncoderConfigError, EncoderWeightsError } from './model/errors.ts';
