// What vitest's JSON report says, in one line.
import { readFileSync } from 'node:fs';

/**
 * Counts tests. A file that could not even be loaded counts as one failure, and so does an exit code that no
 * failed test explains (an error outside all tests, a report that was never written).
 */
export function count(report, exitCode) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const file of read(report)) {
    for (const { status } of file.assertionResults) {
      if (status === 'passed' || status === 'failed') counts[status]++;
      else counts.skipped++;
    }
    const explained = file.assertionResults.some(({ status }) => status === 'failed');
    if (file.status === 'failed' && !explained) counts.failed++;
  }
  if (exitCode !== 0 && counts.failed === 0) counts.failed = 1;
  return counts;
}

export const closingLine = ({ passed, failed, skipped }) =>
  `${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}`;

function read(report) {
  try {
    return JSON.parse(readFileSync(report, 'utf8')).testResults;
  } catch {
    return [];
  }
}
