// A vitest reporter that only counts tests, and writes the counts to the file in SCALEARN_TEST_COUNTS. (The built-in
// JSON reporter would print text between vitest's summary and our last line.)
import { writeFileSync } from 'node:fs';

export default class Counter {
  onTestRunEnd(files, errors) {
    const counts = { passed: 0, failed: 0, skipped: 0 };
    for (const file of files) {
      let explained = false;
      for (const test of file.children.allTests()) {
        const { state } = test.result();
        if (state === 'passed' || state === 'failed') counts[state]++;
        else counts.skipped++;
        explained ||= state === 'failed';
      }
      // The file could not be loaded, or one of its hooks failed.
      if (file.state() === 'failed' && !explained) counts.failed++;
    }
    counts.failed += errors.length;
    writeFileSync(process.env.SCALEARN_TEST_COUNTS, JSON.stringify(counts));
  }
}
