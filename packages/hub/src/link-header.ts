/** A link of a `Link` header: its target as written, and its parameters with names in lower case. */
export interface Link {
  readonly target: string;
  readonly parameters: ReadonlyMap<string, string>;
}

const SPACE = /[ \t]*/y;
const SEPARATORS = /[ \t,]*/y;
const TARGET = /<([^<>]*)>/y;
const NAME = /[!#$%&'*+.^`|~\w-]+/y;
const VALUE = /"((?:[^"\\]|\\.)*)"|([^\s",;<>]+)/y;

/**
 * Parses a `Link` header (RFC 8288, section 3), or several joined by commas, in linear time. Of repeated parameters of
 * a link the first counts.
 *
 * @returns undefined if the text is not such a header
 */
export function parseLinkHeader(header: string): Link[] | undefined {
  let at = 0;
  const next = (pattern: RegExp): RegExpExecArray | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(header) ?? undefined;
    if (found) at = pattern.lastIndex;
    return found;
  };
  const isNext = (character: string): boolean => {
    next(SPACE);
    if (header[at] !== character) return false;
    at++;
    next(SPACE);
    return true;
  };
  const links: Link[] = [];
  for (next(SEPARATORS); at < header.length; next(SEPARATORS)) {
    const target = next(TARGET)?.[1];
    if (target === undefined) return undefined;
    const parameters = new Map<string, string>();
    while (isNext(';')) {
      const name = next(NAME)?.[0].toLowerCase();
      // An empty parameter between two semicolons.
      if (name === undefined) continue;
      let value = '';
      if (isNext('=')) {
        const [whole, quoted, token] = next(VALUE) ?? [];
        if (whole === undefined) return undefined;
        value = token ?? quoted?.replace(/\\(.)/g, '$1') ?? '';
      }
      if (!parameters.has(name)) parameters.set(name, value);
    }
    links.push({ target: target.trim(), parameters });
    if (at < header.length && header[at] !== ',') return undefined;
  }
  return links;
}
