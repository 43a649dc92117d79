/** Lowercases character by character. JavaScript writes a sigma at the end of a word as ς, the Rust library as σ. */
export function lowercase(text: string): string {
  return text.replaceAll('Σ', 'σ').toLowerCase();
}
