/**
 * Largest depth, more than any setting has. Deeper values would overflow the stack of recursive functions, such as
 * `JSON.stringify`.
 */
const mostDepth = 16;

/** Returns whether a value can be written as JSON and is not nested too deeply. */
export function isShallowJson(value: unknown, depth = 0): boolean {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true;
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object' || depth >= mostDepth) return false;
  return Object.values(value).every((part) => isShallowJson(part, depth + 1));
}
