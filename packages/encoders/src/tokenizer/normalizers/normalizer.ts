/** A step from text to text, before the text is split. */
export interface Normalizer {
  normalize(text: string): string;
  /**
   * How many UTF-16 units at the start of the normalized text stand for the first character of the original.
   *
   * @param lead how many they are in `text`
   */
  lead(text: string, lead: number): number;
}

/** A normalizer that treats every character by itself. */
export function characterwise(normalize: (text: string) => string): Normalizer {
  return { normalize, lead: (text, lead) => normalize(text.slice(0, lead)).length };
}
