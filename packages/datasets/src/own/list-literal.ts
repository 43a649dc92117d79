/** A list that was written into a text. */
export interface ListLiteral {
  readonly items: readonly (string | number | boolean)[];
  readonly syntax: ListSyntax;
  /** Whether it is in square brackets; else it is a tuple or a set. */
  readonly isList: boolean;
}

/** Who writes lists so. What both write, such as `[1, 0]`, counts as JSON. */
export type ListSyntax = 'JSON' | 'Python' | 'NumPy';

const opening: Readonly<Record<string, string>> = { '[': ']', '(': ')', '{': '}' };
const plain = /([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(true|false)|(True|False)/y;

/**
 * The texts, numbers and truth values of a list as JSON, Python or NumPy write it, which is what a cell of a CSV file
 * holds: `["a", "b"]`, `['a', 'b']`, `[1 0 1]`; in Python also a tuple or a set. Undefined for anything else. Takes time
 * in proportion to the length of the text.
 */
export function parseListLiteral(text: string): ListLiteral | undefined {
  const cell = text.trim();
  const closing = opening[cell[0] ?? ''];
  if (closing === undefined || !cell.endsWith(closing) || cell.length < 2) return undefined;
  const items: (string | number | boolean)[] = [];
  let syntax: ListSyntax = closing === ']' ? 'JSON' : 'Python';
  let commas = 0;
  const end = cell.length - 1;
  for (let at = skipBlanks(cell, 1); at < end; at = skipBlanks(cell, at)) {
    if (cell[at] === ',') {
      commas += 1;
      // A comma follows an item, also the last one.
      if (commas !== items.length || syntax === 'NumPy') return undefined;
      at += 1;
      continue;
    }
    if (items.length > commas) {
      // NumPy separates by blanks alone, all items or none.
      if (commas > 0 || !/\s/.test(cell[at - 1]!)) return undefined;
      syntax = 'NumPy';
    }
    const quote = cell[at]!;
    if (quote === '"' || quote === "'") {
      const close = endOfQuoted(cell, at);
      if (close >= end) return undefined;
      if (quote === "'" && syntax === 'JSON') syntax = 'Python';
      items.push(unescaped(cell.slice(at + 1, close)));
      at = close + 1;
    } else {
      plain.lastIndex = at;
      const [found, number, truth, pythonTruth] = plain.exec(cell) ?? [];
      if (found === undefined) return undefined;
      if (pythonTruth !== undefined && syntax === 'JSON') syntax = 'Python';
      items.push(number === undefined ? (truth ?? pythonTruth)!.toLowerCase() === 'true' : numberOf(number));
      at += found.length;
    }
  }
  // A text in parentheses, or a name in braces, is one label.
  if (closing === '}' && items.length === 0) return undefined;
  if (closing === ')' && commas === 0 && items.length > 0) return undefined;
  return { items, syntax, isList: closing === ']' };
}

/** A whole number that cannot be held exactly stays a text. */
function numberOf(text: string): number | string {
  const number = Number(text);
  return Number.isInteger(number) && !Number.isSafeInteger(number) ? text : number;
}

function skipBlanks(text: string, start: number): number {
  let at = start;
  while (/\s/.test(text[at] ?? '')) at += 1;
  return at;
}

/** Where the quotation mark is that ends what one begins; the end of the text if there is none. */
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
