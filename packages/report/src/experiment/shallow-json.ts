/** Deeper than any setting; what is deeper breaks what goes through it by recursion, `JSON.stringify` too. */
const mostDepth = 16;

/** Whether a value is what JSON holds, and not nested deeply. */
export function isShallowJson(value: unknown, depth = 0): boolean {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true;
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object' || depth >= mostDepth) return false;
  return Object.values(value).every((part) => isShallowJson(part, depth + 1));
}
