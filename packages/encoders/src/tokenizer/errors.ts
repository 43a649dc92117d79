import { ScalearnError } from '@scalearn/core';

/** The reason why a tokenizer could not be loaded or a text could not be encoded. */
export type TokenizerReason =
  | 'malformed' // a file of the tokenizer is not what it should be
  | 'unsupported' // a kind or an option of a tokenizer that this library does not have
  | 'unknown' // the text has a character that is not in the vocabulary, and no token stands for unknown ones
  | 'length'; // the text cannot be cut to the length in the way that was asked for

/** A tokenizer could not be loaded, or a text could not be encoded. */
export class TokenizerError extends ScalearnError {
  override readonly name = 'TokenizerError';
  readonly reason: TokenizerReason;

  constructor(reason: TokenizerReason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}
