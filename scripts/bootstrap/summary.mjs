// Prints the last line of a test run.
import { readFileSync } from 'node:fs';

/**
 * Reads the counts. A nonzero exit code without failed tests counts as one failure, and so does a run that ended before
 * it wrote counts.
 */
export function readCounts(file, exitCode) {
  const counts = read(file);
  if (!counts) return { passed: 0, failed: 1, skipped: 0 };
  return { ...counts, failed: exitCode !== 0 ? Math.max(1, counts.failed) : counts.failed };
}

export const closingLine = ({ passed, failed, skipped }) =>
  `${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}`;

function read(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}
