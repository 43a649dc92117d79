/**
 * Text without what acts on the text around it instead of being shown: controls, halves of characters, and what reverses the
 * direction of writing. They become the sign for a character that cannot be shown.
 */
export function plainText(text: string): string {
  return text.replace(/(?![\t\n\r])[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069]/gu, '\ufffd');
}
