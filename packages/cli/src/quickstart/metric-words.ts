/** A metric's name in words: `matthewsCorrelation` is `matthews correlation`. */
export function metricWords(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
