import { ArgumentError } from '../errors.ts';
import type { Adapter } from './adapter.ts';
import type { Method, MethodKind } from './method.ts';
import { checkOptions, type MethodOptions, type OptionValues } from './method-option.ts';
import type { MethodReader } from './model-folder.ts';

/** Where a method comes from. */
export interface MethodReference {
  /** Authors, year and arXiv number, or what else finds it. */
  readonly paper: string;
  /** What a layer computes. */
  readonly equation: string;
  /** Where that is, below `packages/` of this repository or in your own. */
  readonly file: string;
}

/** What a method trains, in words, for tables. */
export interface TrainedPart {
  readonly what: string;
  readonly where: string;
  /** How many numbers that are, by the sizes of an encoder. */
  readonly count: string;
}

/** All that is said of a method, which programs list, explain, check and train it by. */
export interface MethodDefinition {
  /** As in tables and on the command line, such as `scalearn++`. */
  readonly id: string;
  /** In print, such as `ScaLearn++`. */
  readonly title: string;
  /** What it is, in a few words. */
  readonly summary: string;
  readonly kind: MethodKind;
  readonly reference?: MethodReference;
  readonly trains?: TrainedPart;
  /** How many source adapters it takes; absent for a method that takes none. */
  readonly sources?: { readonly least: number; readonly most?: number };
  readonly options: MethodOptions;
  /**
   * The method. Its sources may be stand-ins of no layers where it is only to say what it is.
   *
   * @throws ArgumentError for values that the options do not take, and sources that do not go together
   */
  make(sources: readonly Adapter[], values?: Readonly<Record<string, unknown>>): Method;
  /** Reads the folders that it writes, where core's own readers do not. */
  readonly reader?: MethodReader;
}

/**
 * A definition whose `make` is given only what the options take, by their types.
 *
 * @throws ArgumentError from `make` where the method that is made calls itself something else
 */
export function defineMethod<const O extends MethodOptions>(
  definition: Omit<MethodDefinition, 'options' | 'make'> & {
    readonly options: O;
    make(sources: readonly Adapter[], values: OptionValues<O>): Method;
  },
): MethodDefinition {
  const { id, kind, options } = definition;
  return {
    ...definition,
    make(sources, values = {}) {
      checkOptions(options, values);
      const method = definition.make(sources, values);
      if (method.name !== id || method.kind !== kind)
        throw new ArgumentError(
          `the method '${id}' (${kind}) is defined by one that calls itself '${method.name}' (${method.kind}); make them agree`,
        );
      return method;
    },
  };
}
