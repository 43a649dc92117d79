import { type Document, isMap, isScalar, LineCounter, type Node, parseDocument, visit } from 'yaml';
import { UsageError } from '../errors.ts';

/** A YAML file, with the place of everything in it. */
export class YamlFile {
  /** Its content as plain values. */
  readonly value: unknown;
  readonly #name: string;
  readonly #document: Document;
  readonly #lines: LineCounter;

  /**
   * @param name of the file, for messages
   * @throws UsageError with line and column for what is no YAML, holds a key twice or more than one document, or
   *   repeats by aliases what is not there or far too much
   */
  constructor(text: string, name: string) {
    this.#name = name;
    this.#lines = new LineCounter();
    this.#document = parseDocument(text, { lineCounter: this.#lines, prettyErrors: false });
    const [error] = this.#document.errors;
    if (error) throw this.#error(error.message, error.pos[0]);
    this.value = this.#resolved();
  }

  /** The content with its aliases resolved; the parser bounds how much they may become. */
  #resolved(): unknown {
    let last = 0;
    visit(this.#document, {
      Alias: (_, alias) => {
        last = alias.range?.[0] ?? last;
        if (!alias.resolve(this.#document))
          throw this.#error(`there is no anchor '&${alias.source}' before it`, last);
      },
    });
    try {
      return this.#document.toJS({ maxAliasCount: 100 });
    } catch (error) {
      if (error instanceof ReferenceError) throw this.#error('its aliases repeat too much', last);
      throw error;
    }
  }

  /** An error about the value, or the key, at a path. */
  error(message: string, path: readonly (string | number)[], part: 'key' | 'value' = 'value'): UsageError {
    return this.#error(message, this.#offset(path, part));
  }

  #error(message: string, offset: number): UsageError {
    const { line, col } = this.#lines.linePos(offset);
    return new UsageError(`${this.#name}:${Math.max(1, line)}:${Math.max(1, col)}: ${message}`);
  }

  /** Where something begins; of what is not there, what would hold it. */
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
