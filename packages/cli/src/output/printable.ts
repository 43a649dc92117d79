/**
 * Characters that do something to a screen or a log instead of being shown in it: controls, with the one that begins a
 * terminal's commands; separators of lines; what reverses the direction of writing; halves of characters.
 */
const ACTIVE = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\p{Bidi_Control}]/gu;

/** How JSON writes it, so that what is JSON stays the same JSON. */
function escaped(character: string): string {
  const short = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }[character];
  return short ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** Text of several lines of which nothing acts on a terminal: labels, file names and answers of servers may hold anything. */
export function printable(text: string): string {
  return text.replace(ACTIVE, (character) => (character === '\n' ? character : escaped(character)));
}

/** A text that stays in its line: whoever wrote a part of it can add no line of his own. */
export function oneLine(text: string): string {
  return text.replace(ACTIVE, escaped);
}
