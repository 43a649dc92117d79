/** A JSON text whose objects say one thing twice. */
export class DuplicateKeyError extends Error {
  readonly key: string;
  /** 1 for a key of the outermost object. */
  readonly depth: number;

  constructor(key: string, depth: number) {
    super(`the key ${JSON.stringify(key)} occurs twice`);
    this.key = key;
    this.depth = depth;
  }
}

const STRING_OR_BRACKET = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\]]/g;
const FOLLOWED_BY_COLON = /[ \t\r\n]*:/y;

/**
 * `JSON.parse` that refuses duplicate keys, of which `JSON.parse` keeps the last without a word: two readers of one
 * file could then see different tensors.
 *
 * Throws `SyntaxError` for what is not JSON and `DuplicateKeyError` for a duplicate.
 */
export function parseStrictJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  const open: (Set<string> | null)[] = []; // the keys seen in each open object; null for an array
  for (const match of text.matchAll(STRING_OR_BRACKET)) {
    const token = match[0];
    if (token === '{') open.push(new Set());
    else if (token === '[') open.push(null);
    else if (token === '}' || token === ']') open.pop();
    else {
      FOLLOWED_BY_COLON.lastIndex = match.index + token.length;
      if (!FOLLOWED_BY_COLON.test(text)) continue;
      const key = String(JSON.parse(token));
      const keys = open.at(-1);
      if (keys?.has(key)) throw new DuplicateKeyError(key, open.length);
      keys?.add(key);
    }
  }
  return value;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
