import { ScalearnError } from '@scalearn/core';

/** Where files are, as far as a message about a missing one needs it. */
export interface Place {
  describe(): string;
  /** What to do about a missing file, where the place knows it better: a cache has only what was downloaded. */
  readonly advice?: string | undefined;
}

/** A file of a model is not where it should be. */
export class MissingModelFileError extends ScalearnError {
  override readonly name = 'MissingModelFileError';
  /** The file names that were tried. */
  readonly looked: readonly string[];
  /** Where they were looked for: a path, a URL, a hub name. */
  readonly where: string;

  constructor(looked: readonly string[], place: string | Place, hint: string) {
    const { where, advice } =
      typeof place === 'string'
        ? { where: place, advice: undefined }
        : { where: place.describe(), advice: place.advice };
    super(`${where} has no ${looked.join(' and no ')}. ${advice ?? hint}`);
    this.looked = looked;
    this.where = where;
  }
}

/** A place of model files, or one file in it, could not be read. */
export class UnreadableModelFileError extends ScalearnError {
  override readonly name = 'UnreadableModelFileError';
}
