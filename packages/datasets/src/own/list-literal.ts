/** A list parsed from a text. */
export interface ListLiteral {
  readonly items: readonly (string | number | boolean)[];
  readonly syntax: ListSyntax;
  /** Whether the text is certainly a list, rather than a name in parentheses or braces. */
  readonly isSure: boolean;
}

/** The syntax of a list. Syntax that is valid in both languages, such as `[1, 0]`, counts as JSON. */
export type ListSyntax = 'JSON' | 'Python' | 'NumPy';

const opening: Readonly<Record<string, string>> = { '[': ']', '(': ')', '{': '}' };
const plain = /([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(true|false)|(True|False)/y;
/** The name before a list when Python prints an array, a tensor or a set. */
const wrapper = /^(?:[a-z]{1,12}\.)?(?:array|tensor|set|frozenset|list|tuple)\(/i;
/** Settings after a list, such as `dtype=int64`. */
const settings = /^(?:\s{0,9},\s{0,80}[a-z_]{1,20}=[\w.:'"<>()=]{1,40})*\s{0,9}$/;
/** The type of a number in a list, such as `int64(1)`. */
const scalar = /(?:np|numpy)\.[a-z]{1,12}\d{0,3}_?\(/y;

/**
 * Parses a list of texts, numbers and booleans as JSON, Python or NumPy write it, from a cell of a CSV file: `["a",
 * "b"]`, `['a', 'b']`, `[1 0 1]`; in Python also a tuple, a set, `array([1, 0])` and `tensor([1, 0])`. Returns
 * undefined for anything else. Takes linear time.
 */
export function parseListLiteral(text: string): ListLiteral | undefined {
  const cell = text.trim();
  const [wrapped] = cell.endsWith(')') ? (wrapper.exec(cell) ?? []) : [];
  if (wrapped === undefined) return parseBrackets(cell);
  const inner = cell.slice(wrapped.length, -1).trim();
  if (inner === '')
    return /set\($/i.test(wrapped) ? { items: [], syntax: 'Python', isSure: true } : undefined;
  const closing = opening[inner[0]!];
  const close = closing === undefined ? -1 : inner.lastIndexOf(closing);
  const rest = inner.slice(close + 1);
  const list =
    rest.length < 200 && settings.test(rest) ? parseBrackets(inner.slice(0, close + 1)) : undefined;
  return list && { items: list.items, syntax: 'Python', isSure: true };
}

function parseBrackets(cell: string): ListLiteral | undefined {
  const closing = opening[cell[0] ?? ''];
  if (closing === undefined || !cell.endsWith(closing) || cell.length < 2) return undefined;
  const items: (string | number | boolean)[] = [];
  let syntax: ListSyntax = closing === ']' ? 'JSON' : 'Python';
  let commas = 0;
  let hasTexts = false;
  const end = cell.length - 1;
  for (let at = skipBlanks(cell, 1); at < end; at = skipBlanks(cell, at)) {
    if (cell[at] === ',') {
      commas += 1;
      // Every item has a comma after it, including the last one.
      if (commas !== items.length || syntax === 'NumPy') return undefined;
      at += 1;
      continue;
    }
    if (items.length > commas) {
      // NumPy separates all items by spaces, without commas.
      if (commas > 0 || !/\s/.test(cell[at - 1]!)) return undefined;
      syntax = 'NumPy';
    }
    scalar.lastIndex = at;
    const [called = ''] = scalar.exec(cell) ?? [];
    const found = itemAt(cell, at + called.length, end);
    if (found === undefined) return undefined;
    if ((found.isPython || called !== '') && syntax === 'JSON') syntax = 'Python';
    hasTexts ||= found.isText;
    items.push(found.item);
    at = found.next;
    if (called !== '') {
      if (cell[at] !== ')') return undefined;
      at += 1;
    }
  }
  // A text in parentheses, or a name in braces, is one label.
  if (closing === '}' && items.length === 0) return undefined;
  if (closing === ')' && commas === 0 && items.length > 0) return undefined;
  const isSure = closing === ']' || hasTexts || (closing === '}' && items.length > 1);
  return { items, syntax, isSure };
}

interface ListItem {
  readonly item: string | number | boolean;
  /** Position after the item. */
  readonly next: number;
  readonly isText: boolean;
  /** Whether only Python has this syntax. */
  readonly isPython: boolean;
}

function itemAt(cell: string, at: number, end: number): ListItem | undefined {
  const quote = cell[at];
  if (quote === '"' || quote === "'") {
    const close = endOfQuoted(cell, at);
    if (close >= end) return undefined;
    const item = unescaped(cell.slice(at + 1, close));
    return { item, next: close + 1, isText: true, isPython: quote === "'" };
  }
  plain.lastIndex = at;
  const [found, number, truth, pythonTruth] = plain.exec(cell) ?? [];
  if (found === undefined) return undefined;
  const item = number === undefined ? (truth ?? pythonTruth)!.toLowerCase() === 'true' : numberOf(number);
  return { item, next: at + found.length, isText: false, isPython: pythonTruth !== undefined };
}

/**
 * Describes, as a clause, a text that holds labels in an unsupported form: a Python or JSON dictionary, an array of
 * several dimensions or an abridged one, or a list in quotation marks that belong to the text. Returns undefined for
 * other texts.
 */
export function refusedLiteral(text: string): string | undefined {
  const cell = text.trim();
  if (isDictionary(cell)) return 'a dictionary and no list';
  const [wrapped] = wrapper.exec(cell) ?? [];
  if (wrapped !== undefined && opening[cell[wrapped.length] ?? ''] && parseListLiteral(cell) === undefined)
    return 'an array or a set that cannot be read as one list';
  const quote = cell[0];
  if (cell.length < 4 || (quote !== '"' && quote !== "'") || !cell.endsWith(quote)) return undefined;
  const inner = unescaped(cell.slice(1, -1));
  const holdsList = parseListLiteral(inner)?.isSure || isDictionary(inner.trim());
  return holdsList ? 'a list in quotation marks of its own' : undefined;
}

function isDictionary(cell: string): boolean {
  if (!cell.startsWith('{') || !cell.endsWith('}')) return false;
  const first = itemAt(cell, skipBlanks(cell, 1), cell.length - 1);
  return first !== undefined && cell[skipBlanks(cell, first.next)] === ':';
}

/** Parses a number. A whole number that is not exact stays a text. */
function numberOf(text: string): number | string {
  const number = Number(text);
  return Number.isInteger(number) && !Number.isSafeInteger(number) ? text : number;
}

function skipBlanks(text: string, start: number): number {
  let at = start;
  while (/\s/.test(text[at] ?? '')) at += 1;
  return at;
}

/** Returns the position of the closing quotation mark, or the end of the text if there is none. */
function endOfQuoted(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === text[start]) return at;
  }
  return text.length;
}

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f' };

function unescaped(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replaceAll(/\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))/gs, (_, unicode, byte, other) =>
    other === undefined
      ? String.fromCharCode(Number.parseInt(unicode ?? byte, 16))
      : (escapes[other] ?? other),
  );
}
