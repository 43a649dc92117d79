/** Deepest and longest part of a value that a message shows. */
const mostDepth = 2;
const mostItems = 4;
/** Controls and marks of direction, which would change what a terminal shows around them. */
const unprintable = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

const escaped = (character: string): string =>
  Array.from(
    { length: character.length },
    (_, i) => `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`,
  ).join('');

/** A text in quotes, cut to some characters, with nothing in it that is not printable. */
function shownText(text: string, most: number): string {
  const cut = text.length > most ? `${text.slice(0, most)}…` : text;
  return `"${cut.replace(/["\\]/g, '\\$&').replace(unprintable, escaped)}"`;
}

/**
 * Any value as one short line for a message: JSON, of which long texts, long lists and deep parts are left out. Calls
 * nothing of the value, so that no content of a file can break the message about it.
 *
 * @param most characters of a text that are shown, and roughly of the whole
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

/** A list of texts as one line for a message: the first of them, and how many there are. */
export function shownList(texts: readonly string[], most = 100): string {
  if (texts.length <= most) return texts.join('; ');
  return `${texts.slice(0, most).join('; ')}; and ${texts.length - most} more`;
}
