// A vitest reporter that only counts, into the file that SCALEARN_TEST_COUNTS names. (The built-in JSON reporter
// would say something between vitest's summary and our closing line.)
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
      // It could not even be loaded, or a hook of it failed.
      if (file.state() === 'failed' && !explained) counts.failed++;
    }
    counts.failed += errors.length;
    writeFileSync(process.env.SCALEARN_TEST_COUNTS, JSON.stringify(counts));
  }
}
