const item = String.raw`'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|\d+`;
const list = new RegExp(String.raw`^\s*\[\s*(?:(?:${item})\s*(?:,\s*(?:${item})\s*)*,?)?\s*\]\s*$`);

/**
 * The texts and whole numbers of a list as Python or JSON writes it, which is what a cell of a CSV file holds; an empty
 * cell is an empty list. Undefined for anything else.
 */
export function parseListLiteral(cell: string): (string | number)[] | undefined {
  if (cell.trim() === '') return [];
  if (!list.test(cell)) return undefined;
  return Array.from(cell.matchAll(new RegExp(item, 'g')), ([token]) =>
    /^\d/.test(token) ? Number(token) : token.slice(1, -1).replaceAll(/\\(.)/g, '$1'),
  );
}
