import { type Document, isMap, isScalar, LineCounter, type Node, parseDocument } from 'yaml';
import { UsageError } from '../errors.ts';
import { syntaxFault } from './yaml-syntax.ts';
import { checkNesting, plainValue, YamlFault } from './yaml-value.ts';

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
