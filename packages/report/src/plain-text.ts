/**
 * Replaces characters that act on the surrounding text instead of being shown: control characters, lone surrogates, and
 * controls of writing direction. They become the replacement character.
 */
export function plainText(text: string): string {
  return text.replace(/(?![\t\n\r])[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069]/gu, '\ufffd');
}
