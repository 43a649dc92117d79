/** Formats a number with its digits in groups of three. */
export function count(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** Formats a count with its noun: `1 step` or `1,000 steps`. */
export function counted(value: number, what: string): string {
  return `${count(value)} ${what}${value === 1 ? '' : 's'}`;
}
