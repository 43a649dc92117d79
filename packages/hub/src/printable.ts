/** Maximum number of characters of a value in a message. */
const MOST = 80;
/** Control characters and direction marks, which would change how a terminal displays the text around them. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** Returns a text that is safe for a terminal. Unprintable characters are written as `\u` and their code. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (character) =>
    Array.from(
      { length: character.length },
      (_, i) => `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`,
    ).join(''),
  );
}

/** Formats a value from a server for a message: short and printable. */
export function show(value: unknown): string {
  const text = typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);
  return printable(text.length > MOST ? `${text.slice(0, MOST)}…` : text);
}
