import { ScalearnError } from '@scalearn/core';

/** A `config.json` of an unknown family, or one that contradicts itself. */
export class EncoderConfigError extends ScalearnError {
  override name = 'EncoderConfigError';
}

/** Weights that do not fit the configuration. The message lists every key. */
export class EncoderWeightsError extends ScalearnError {
  override name = 'EncoderWeightsError';
  readonly missing: readonly string[];
  readonly unexpected: readonly string[];
  /** `key is [shape], not [shape]`. */
  readonly misshaped: readonly string[];
  constructor(
    where: string,
    missing: readonly string[],
    unexpected: readonly string[],
    misshaped: readonly string[],
  ) {
    const part = (title: string, keys: readonly string[]): string[] =>
      keys.length > 0 ? [`${title} (${keys.length}): ${keys.join(', ')}`] : [];
    super(
      `the weights in ${where} do not fit its configuration. ` +
        [
          ...part('missing', missing),
          ...part('unexpected', unexpected),
          ...part('wrong shape', misshaped),
        ].join('; '),
    );
    this.missing = missing;
    this.unexpected = unexpected;
    this.misshaped = misshaped;
  }
}
