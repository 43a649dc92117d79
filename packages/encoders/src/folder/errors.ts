import { ScalearnError } from '@scalearn/core';

/** A place of files, as messages about missing files describe it. */
export interface Place {
  describe(): string;
  /** Advice on a missing file that is specific to the place. For example, a cache only has what was downloaded. */
  readonly advice?: string | undefined;
}

/** A file of a model is missing. */
export class MissingModelFileError extends ScalearnError {
  override readonly name = 'MissingModelFileError';
  /** The file names that were tried. */
  readonly looked: readonly string[];
  /** The place that was searched: a path, a URL, or a hub name. */
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
