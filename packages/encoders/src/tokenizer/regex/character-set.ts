/** Returns whether a character, given by its code point, belongs to a set. */
export type Test = (code: number) => boolean;

/** A set of characters that caches its results. */
export class CharacterSet {
  readonly #test: Test;
  /** 0 unknown, 1 no, 2 yes; for characters of one UTF-16 unit. */
  #known: Uint8Array = new Uint8Array(128);

  constructor(test: Test) {
    this.#test = test;
  }

  has(code: number): boolean {
    if (code > 0xffff) return this.#test(code);
    if (code >= this.#known.length) {
      const larger = new Uint8Array(0x10000);
      larger.set(this.#known);
      this.#known = larger;
    }
    if (this.#known[code] === 0) this.#known[code] = this.#test(code) ? 2 : 1;
    return this.#known[code] === 2;
  }
}

/** Returns the set of characters that a JavaScript regular expression with flag u matches. */
export function matching(source: string, flags = 'u'): Test {
  const regex = new RegExp(`^${source}$`, flags);
  return (code) => regex.test(String.fromCodePoint(code));
}

export function not(test: Test): Test {
  return (code) => !test(code);
}

export function anyOf(tests: readonly Test[]): Test {
  return tests.length === 1 ? tests[0]! : (code) => tests.some((test) => test(code));
}

export function range(from: number, to: number): Test {
  return (code) => code >= from && code <= to;
}
