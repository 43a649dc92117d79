import { ScalearnError } from '@scalearn/core';

/** A file of a model is not where it should be. */
export class MissingModelFileError extends ScalearnError {
  override readonly name = 'MissingModelFileError';
  /** The file names that were tried. */
  readonly looked: readonly string[];
  /** Where they were looked for: a path, a URL, a hub name. */
  readonly where: string;

  constructor(looked: readonly string[], where: string, hint: string) {
    super(`${where} has no ${looked.join(' and no ')}. ${hint}`);
    this.looked = looked;
    this.where = where;
  }
}

/** A place of model files, or one file in it, could not be read. */
export class UnreadableModelFileError extends ScalearnError {
  override readonly name = 'UnreadableModelFileError';
}
