// What tests of this package need, beyond what is installed with the repository.
import { satisfies } from 'semver';
import { describe, test } from 'vitest';

/** Why this Node cannot run the package; undefined if it can. */
const nodeNeed: string | undefined = satisfies(process.versions.node, '>=22.12')
  ? undefined
  : `needs Node 22.12 (this is ${process.versions.node})`;

/**
 * Describes tests that need Node 22.12, and servers. Where one is missing, they are skipped with the reason, and fail if `CI` is
 * set.
 *
 * @param missing reasons why servers are missing; undefined for one that is there
 */
export function describeWith(name: string, missing: readonly (string | undefined)[], body: () => void): void {
  const server = missing.find((reason) => reason !== undefined);
  if (nodeNeed === undefined && server === undefined) return void describe(name, body);
  describe(name, () => {
    test('are skipped', (context) => {
      if (nodeNeed === undefined && process.env.CI) throw new Error(`CI is set, and this ${server}`);
      context.skip(nodeNeed ?? server);
    });
  });
}
