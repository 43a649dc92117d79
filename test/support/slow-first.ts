import { relative } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { root } from './repository.ts';

/** The slowest test files of each project, measured on two cores. */
export const slow: readonly string[] = [
  'test/packages.test.ts',
  'test/golden/golden.gpu.test.ts',
  'test/guide-code.test.ts',
  'test/golden/golden-reference.test.ts',
  'packages/cluster/test/faults.test.ts',
  'test/fuzz/fuzz.test.ts',
  'test/runtimes/browser-train.test.ts',
  'packages/core/test/devices/webgpu/operations.browser.test.ts',
  'packages/cli/test/quickstart.test.ts',
];

/**
 * Starts slow files first, so that none runs alone at the end. Vitest only knows them after it has run them, which is
 * not the case in a fresh clone.
 */
export default class SlowFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification): number => {
      const index = slow.indexOf(relative(root, moduleId).replaceAll('\\', '/'));
      return index < 0 ? slow.length : index;
    };
    return (await super.sort(files)).sort((a, b) => place(a) - place(b));
  }
}
