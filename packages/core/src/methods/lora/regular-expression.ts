import { ArgumentError } from '../../errors.ts';
import { shown } from '../../files/shown.ts';

/** Limits of expressions. With more, a name could take very long to compare. */
const mostCharacters = 2000;
const mostUnbounded = 4;

/**
 * Compiles a regular expression of PEFT's files, which Python wrote, to match whole names. Constructs that JavaScript
 * does not know, or could take exponential time for, are refused.
 *
 * @param what the setting, for messages
 * @throws ArgumentError
 */
export function wholeMatch(expression: string, what: string): RegExp {
  const refused = (why: string): ArgumentError =>
    new ArgumentError(
      `${what} is the regular expression ${shown(expression)}, which ${why}; list the names of the modules instead`,
    );
  if (expression.length > mostCharacters) throw refused(`has more than ${mostCharacters} characters`);
  if (/\(\?(?![:=!])/.test(expression) || /\\[1-9k]/.test(expression))
    throw refused('has groups that cannot be read');
  if (unboundedRepeats(expression) > mostUnbounded)
    throw refused(`repeats a repetition, or has more than ${mostUnbounded} of *, + and {n,}`);
  try {
    return new RegExp(`^(?:${expression})$`, 'su');
  } catch {
    throw refused('cannot be read');
  }
}

/** Counts repetitions without an upper bound. One of a group that has a repetition or alternatives counts as too many. */
function unboundedRepeats(expression: string): number {
  const plain = expression.replaceAll(/\\./gs, 'x').replaceAll(/\[[^\]]*\]/g, 'x');
  const open: boolean[] = [];
  let count = 0;
  let closed: boolean | undefined;
  for (const [token] of plain.matchAll(/[*+]|\{\d*,?\d*\}|[^*+{]|\{/g)) {
    const isUnbounded = /^(?:[*+]|\{\d*,\})$/.test(token);
    if (isUnbounded) {
      if (closed) return Number.POSITIVE_INFINITY;
      count++;
    }
    if (token === '(') open.push(false);
    else if (isUnbounded || token === '|') open.fill(true);
    closed = token === ')' ? (open.pop() ?? false) : undefined;
  }
  return count;
}
