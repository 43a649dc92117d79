/** The depth and the number of items that a message shows of a value. */
const mostDepth = 2;
const mostItems = 4;
/** Control and direction characters. They would change the surrounding text on a terminal. */
const unprintable = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

const escaped = (character: string): string =>
  Array.from(
    { length: character.length },
    (_, i) => `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`,
  ).join('');

/** Returns a text in quotes, cut to `most` characters, without unprintable characters. */
function shownText(text: string, most: number): string {
  const cut = text.length > most ? `${text.slice(0, most)}…` : text;
  return `"${cut.replace(/["\\]/g, '\\$&').replace(unprintable, escaped)}"`;
}

/**
 * Shows any value as one short line of JSON for a message. Long texts, long lists and deep parts are shortened. It
 * calls no method of the value, so the content of a file cannot break the message about it.
 *
 * @param most maximum number of characters shown of each text; the whole line has at most about three times as many
 */
export function shown(value: unknown, most = 60): string {
  const show = (part: unknown, depth: number): string => {
    if (typeof part === 'string') return shownText(part, most);
    if (Array.isArray(part)) {
      if (depth >= mostDepth && part.length > 0) return '[…]';
      const items = part.slice(0, mostItems).map((item) => show(item, depth + 1));
      return `[${[...items, ...(part.length > mostItems ? ['…'] : [])].join(', ')}]`;
    }
    if (typeof part === 'object' && part !== null) {
      const keys = Object.keys(part);
      if (depth >= mostDepth && keys.length > 0) return '{…}';
      const fields = keys
        .slice(0, mostItems)
        .map((key) => `${shownText(key, most)}: ${show(Reflect.get(part, key), depth + 1)}`);
      return `{${[...fields, ...(keys.length > mostItems ? ['…'] : [])].join(', ')}}`;
    }
    if (typeof part === 'bigint') return `${part}`;
    if (typeof part === 'symbol' || typeof part === 'function') return `a ${typeof part}`;
    return Object.is(part, -0) ? '-0' : `${part}`;
  };
  const line = show(value, 0);
  return line.length > 3 * most ? `${line.slice(0, 3 * most)}…` : line;
}

/** Shows a list of texts as one line for a message: the first ones, and the number of the others. */
export function shownList(texts: readonly string[], most = 100): string {
  if (texts.length <= most) return texts.join('; ');
  return `${texts.slice(0, most).join('; ')}; and ${texts.length - most} more`;
}
