/** Thrown when an object of a JSON text contains a key twice. */
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
 * Parses JSON and refuses duplicate keys. `JSON.parse` silently keeps the last of them, so two readers of one file
 * could see different tensors.
 *
 * @throws SyntaxError if the text is not JSON, DuplicateKeyError for a duplicate key
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

/** Returns whether a value is an object of JSON: neither null nor a list. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
