/** Changes a text before it is split. */
export interface Normalizer {
  normalize(text: string): string;
  /**
   * Returns how many UTF-16 units at the start of the normalized text come from the first character of the original.
   *
   * @param lead the same number for `text`
   */
  lead(text: string, lead: number): number;
}

/** Makes a normalizer that treats every character separately. */
export function characterwise(normalize: (text: string) => string): Normalizer {
  return { normalize, lead: (text, lead) => normalize(text.slice(0, lead)).length };
}
