import { type HostArray, ReferenceDevice } from '@scalearn/core';
import { graphInputs } from '@scalearn/core/graph';
import { Builder, dimsOf, sizeOf, valuesOf } from './builder.ts';
import type { NamedDevice } from './check.ts';
import { generators } from './generators.ts';
import { type Feeds, finish, operationNames, type RandomGraph } from './random-graph.ts';
import { expectedResults } from './rounding.ts';
import { Draw } from './tape.ts';

/** Special values that inputs hold in turn; `undefined` is an ordinary value. */
const specials: Readonly<Record<string, readonly (number | undefined)[]>> = {
  ties: [1, -1, 0, 1, 0, -1, 1],
  'zeros of both signs': [0, -0, -0, 0, 1],
  large: [1e4, -1e4, 88, -88, 10, -104, 1e4],
  'equal rows': [3],
  denormal: [1e-40, -1e-40, 0, 1e-39, 1],
  'an infinity': [...Array<undefined>(13), Number.POSITIVE_INFINITY],
  'a negative infinity': [...Array<undefined>(7), Number.NEGATIVE_INFINITY],
  'not a number': [...Array<undefined>(11), Number.NaN],
};

const lengths = [3, 1, 6];
const [exact, rounded] = [new ReferenceDevice('float64'), new ReferenceDevice('float32')];

/** Returns one operation on new inputs, and its gradients. */
function singleOperation(name: keyof typeof generators, choices: readonly number[]): RandomGraph {
  const builder = new Builder();
  builder.draw = new Draw(choices);
  const results = [generators[name](builder)].flat();
  return finish(builder, results.length > 0 ? results : builder.values, [name], 1);
}

/** The choices for each operation: all 0, and others. */
const forms: readonly (readonly number[])[] = [[], [1, 1, 3, 2, 1, 1, 0, 2, 1], [0, 3]];

/**
 * Runs every operation, forward and backward, with special values. Returns a description of the failure, or nothing.
 */
export async function checkSpecials({ name, device }: NamedDevice): Promise<string[]> {
  const failures: string[] = [];
  for (const operation of operationNames)
    for (const choices of forms) {
      const built = singleOperation(operation, choices);
      const [program, ...oracles] = await Promise.all(
        [device, exact, rounded].map((d) => d.compile(built.graph)),
      );
      for (const special of Object.keys(specials)) {
        const feeds = specialFeeds(built, special);
        const expected = expectedResults(built.graph, feeds, 'any');
        const wanted = await Promise.all(oracles.map((oracle) => oracle.run(feeds)));
        const actual = await program?.run(feeds);
        for (const [key, values] of Object.entries(actual ?? {})) {
          const at = wrongAt(key, values, wanted, expected?.[key]?.tolerance);
          if (at === undefined) continue;
          const [right] = wanted.map((results) => results[key]?.[at]);
          failures.push(
            `${name}, ${operation} ${choices.length > 0 ? '(another form) ' : ''}of ${special}: '${key}'[${at}] is ${values[at]}, not ${right}`,
          );
        }
      }
      for (const compiled of [program, ...oracles]) compiled?.dispose();
    }
  return failures;
}

function specialFeeds({ order, feeds }: RandomGraph, special: string): Feeds {
  const values = specials[special] as readonly (number | undefined)[];
  const ordinary = feeds(lengths);
  const dims = dimsOf(lengths);
  for (const [name, { shape, dtype }] of graphInputs(order)) {
    if (dtype === 'i32' || name.startsWith('w')) continue;
    const plain = valuesOf({ name, shape, dtype }, lengths, 1);
    ordinary[name] = Float32Array.from(
      { length: sizeOf(shape, dims) },
      (_, i) => values[i % values.length] ?? (plain[i] as number),
    );
  }
  return ordinary;
}

const mostFloat = 3.4028234663852886e38;
const isF32 = (value: number): boolean => Math.abs(value) <= mostFloat;

/** Returns where a result equals neither the float64 result nor the f32 result with overflow or underflow. */
function wrongAt(
  key: string,
  values: HostArray,
  wanted: readonly Feeds[],
  tolerance: number | undefined,
): number | undefined {
  const scale = [...(wanted[0]?.[key] ?? [])].filter(isF32).reduce((a, b) => Math.max(a, Math.abs(b)), 1);
  // Without an estimate, the tolerance is that of some hundred roundings of the largest value.
  const most = tolerance ?? scale * 2e-5;
  for (let i = 0; i < values.length; i++) {
    const got = values[i] as number;
    const fits = wanted.some((results) => {
      const right = (results[key] as HostArray)[i] as number;
      return isF32(right) ? Math.abs(got - right) <= most : !isF32(got);
    });
    if (!fits) return i;
  }
  return undefined;
}
