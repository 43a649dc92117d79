import { shown, unsupported } from '../json.ts';

/** Reads a pattern character by character. */
export class Reader {
  readonly #characters: readonly string[];
  readonly #pattern: string;
  readonly #where: string;
  #position = 0;

  constructor(pattern: string, where: string) {
    this.#pattern = pattern;
    this.#characters = [...pattern];
    this.#where = where;
  }

  get isAtEnd(): boolean {
    return this.#position >= this.#characters.length;
  }

  /** The next character, without consuming it; empty at the end. */
  get next(): string {
    return this.#characters[this.#position] ?? '';
  }

  /** Consumes the next character. */
  take(): string {
    if (this.isAtEnd) throw this.refuse('it ends too early');
    return this.#characters[this.#position++]!;
  }

  /** Consumes a text if it comes next. */
  accept(text: string): boolean {
    const wanted = [...text];
    if (!wanted.every((character, i) => this.#characters[this.#position + i] === character)) return false;
    this.#position += wanted.length;
    return true;
  }

  expect(text: string): void {
    if (!this.accept(text)) throw this.refuse(`${text} is missing`);
  }

  /** Consumes the match of a sticky expression, which matches only ASCII. */
  match(expression: RegExp): RegExpExecArray | undefined {
    const found = expression.exec(this.#characters.slice(this.#position, this.#position + 100).join(''));
    if (found?.index !== 0) return undefined;
    this.#position += found[0].length;
    return found;
  }

  /** Returns the error for unsupported syntax in a pattern. */
  refuse(why: string): Error {
    return unsupported(`the pattern ${shown(this.#pattern)} in ${this.#where}`, why);
  }
}
