/** Characters of a value that a message shows. */
const MOST = 80;
/** Controls and marks of direction, which would change what a terminal shows around them. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** A text in which nothing acts on a terminal: what is not printable is written as `\u` and its code. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (character) =>
    Array.from(
      { length: character.length },
      (_, i) => `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`,
    ).join(''),
  );
}

/** A value of a server's, short enough for a message, and printable. */
export function show(value: unknown): string {
  const text = typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);
  return printable(text.length > MOST ? `${text.slice(0, MOST)}…` : text);
}
