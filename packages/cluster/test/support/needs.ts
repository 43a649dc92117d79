// What tests of this package need, beyond what is installed with the repository.
import { satisfies } from 'semver';

/** Why this Node cannot run the package; undefined if it can. */
const nodeNeed: string | undefined = satisfies(process.versions.node, '>=22.12')
  ? undefined
  : `needs Node 22.12 (this is ${process.versions.node})`;

/** Returns the first reason, or undefined. Where `CI` is set, a missing server is a failure. */
export function need(...reasons: readonly (string | undefined)[]): string | undefined {
  const missing = reasons.find((reason) => reason !== undefined);
  if (missing !== undefined && process.env.CI) throw new Error(`CI is set, and this test ${missing}`);
  return nodeNeed ?? missing;
}
