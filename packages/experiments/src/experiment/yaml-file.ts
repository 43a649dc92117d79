import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  type Node,
  parseDocument,
} from 'yaml';
import { UsageError } from '../errors.ts';
import { syntaxFault, YamlFault } from './yaml-syntax.ts';

/** Largest number of characters of a file; experiments are far smaller. */
const LONGEST = 100_000;

/** A YAML file that knows the position of each value. */
export class YamlFile {
  /** Content as plain values. */
  readonly value: unknown;
  readonly #name: string;
  readonly #document: Document;
  readonly #lines: LineCounter;

  /**
   * @param name of the file, for messages
   * @throws UsageError with line and column if the text is not YAML, holds a key twice or more than one document, is
   * nested too deeply, or is too large by itself or by its aliases
   */
  constructor(text: string, name: string) {
    this.#name = name;
    this.#lines = new LineCounter();
    if (text.length > LONGEST)
      throw this.#error(`this is not an experiment: it has more than ${LONGEST} characters`, 0);
    try {
      this.#lines.addNewLine(0);
      for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', end + 1))
        this.#lines.addNewLine(end + 1);
      checkNesting(text);
      // Duplicate keys are checked below: the parser's own check compares each key with all others.
      this.#document = parseDocument(text, { prettyErrors: false, uniqueKeys: false });
      const [error] = this.#document.errors;
      if (error) throw syntaxFault(error, text);
      this.value = plainValue(this.#document.contents);
    } catch (error) {
      if (error instanceof YamlFault) throw this.#error(error.message, error.offset);
      if (error instanceof RangeError) throw this.#error('it is nested too deeply', 0);
      throw error;
    }
  }

  /** Makes an error about the value or the key at a path. */
  error(message: string, path: readonly (string | number)[], part: 'key' | 'value' = 'value'): UsageError {
    return this.#error(message, this.#offset(path, part));
  }

  #error(message: string, offset: number): UsageError {
    const { line, col } = this.#lines.linePos(offset);
    return new UsageError(`${this.#name}:${Math.max(1, line)}:${Math.max(1, col)}: ${message}`);
  }

  /** Returns the offset where a value begins; for a missing value, that of the value that would hold it. */
  #offset(path: readonly (string | number)[], part: 'key' | 'value'): number {
    const parent = this.#node(path.slice(0, -1));
    const last = path.at(-1);
    if (isMap(parent)) {
      const pair = parent.items.find(({ key }) => String(isScalar(key) ? key.value : key) === String(last));
      const node = (part === 'key' ? pair?.key : (pair?.value ?? pair?.key)) as Node | null | undefined;
      if (node?.range) return node.range[0];
    }
    for (let length = path.length; length >= 0; length--) {
      const range = this.#node(path.slice(0, length))?.range;
      if (range) return range[0];
    }
    return 0;
  }

  #node(path: readonly (string | number)[]): Node | undefined {
    return (path.length === 0 ? this.#document.contents : this.#document.getIn(path, true)) as
      | Node
      | undefined;
  }
}

const MOST_LEVELS = 100;
/** Largest number of values in a document. An alias counts as all values that it stands for. */
const MOST_VALUES = 20_000;

/** Values of the anchors; `undefined` while a value is being read. */
type Anchors = Map<string, { readonly value: unknown; readonly size: number } | undefined>;

/**
 * Converts a document to plain values. Its work is proportional to the length of the document, and its output is
 * bounded. The parser's own conversion compares every key and every alias with all others.
 *
 * @throws YamlFault for a duplicate key, an alias of a missing anchor or of a value that contains the alias, and for
 * too many values
 */
function plainValue(root: Node | null): unknown {
  const anchors: Anchors = new Map();
  let size = 0;
  let offset = 0;
  const add = (count: number, what: string): void => {
    size += count;
    if (size > MOST_VALUES) throw new YamlFault(what, offset);
  };
  const read = (node: unknown, level: number): unknown => {
    if (node === null || node === undefined) return null;
    offset = (node as Node).range?.[0] ?? offset;
    if (level > MOST_LEVELS) throw new YamlFault(tooDeep, offset);
    if (isAlias(node)) {
      const { source } = node;
      const known = anchors.get(source);
      if (known === undefined)
        throw new YamlFault(
          anchors.has(source)
            ? `'*${source}' is part of its own anchor`
            : `there is no anchor '&${source}' before it`,
          offset,
        );
      add(known.size, 'its aliases repeat too much');
      return known.value;
    }
    const { anchor } = node as { anchor?: string };
    if (anchor !== undefined) anchors.set(anchor, undefined);
    const before = size;
    add(1, `it holds more than ${MOST_VALUES} values`);
    const value = contentOf(node, level);
    if (anchor !== undefined) anchors.set(anchor, { value, size: size - before });
    return value;
  };
  const contentOf = (node: unknown, level: number): unknown => {
    if (isScalar(node)) return node.value;
    if (isSeq(node)) return node.items.map((item) => read(item, level + 1));
    if (!isMap(node)) throw new YamlFault('this is not a value', offset);
    const keys = new Set<string>();
    return Object.fromEntries(
      node.items.map(({ key, value }) => {
        const content = read(key, level + 1);
        if (typeof content === 'object' && content !== null)
          throw new YamlFault('a key must be a word, not a list or a mapping', offset);
        const name = String(content ?? '');
        if (keys.has(name))
          throw new YamlFault(`the key '${name.slice(0, 40)}' is there twice; remove one of them`, offset);
        keys.add(name);
        return [name, read(value, level + 1)];
      }),
    );
  };
  return read(root, 0);
}

const tooDeep = `it is nested deeper than ${MOST_LEVELS} levels`;

/**
 * Refuses nesting that would exhaust the parser's stack: of brackets, and of lists and keys that begin on one line.
 *
 * @throws YamlFault
 */
function checkNesting(text: string): void {
  let [brackets, onLine, offset] = [0, 0, 0];
  for (const token of new Lexer().lex(text)) {
    // Markers of the lexer, which are not part of the text.
    if (['\u0002', '\u0018', '\u001f'].includes(token)) continue;
    if (token === '[' || token === '{') brackets++;
    else if (token === ']' || token === '}') brackets--;
    else if (token === '-' || token === '?' || token === ':') onLine++;
    else if (token === ',' || token.includes('\n')) onLine = 0;
    if (brackets + onLine > MOST_LEVELS) throw new YamlFault(tooDeep, offset);
    offset += token.length;
  }
}
