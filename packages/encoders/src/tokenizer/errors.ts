import { ScalearnError } from '@scalearn/core';

/** Why a tokenizer could not be loaded or a text not be encoded. */
export type TokenizerReason =
  | 'malformed' // tokenizer.json or tokenizer_config.json is not what it should be
  | 'unsupported' // a kind of tokenizer that this library does not have
  | 'length'; // the text cannot be cut to the length in the way that was asked for

/** A tokenizer could not be loaded, or a text not be encoded. */
export class TokenizerError extends ScalearnError {
  override readonly name = 'TokenizerError';
  readonly reason: TokenizerReason;

  constructor(reason: TokenizerReason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}
