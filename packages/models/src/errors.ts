import { ScalearnError } from '@scalearn/core';

/** A model folder is not what it should be, does not fit its encoder, or cannot be written. */
export class ModelError extends ScalearnError {
  override readonly name = 'ModelError';
}
