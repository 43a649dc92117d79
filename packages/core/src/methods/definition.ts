import { ArgumentError } from '../errors.ts';
import type { Method, MethodKind } from './method.ts';
import type { MethodReader } from './model-folder.ts';
import { checkOptions, type OptionDefinitions, type OptionValues } from './option-definition.ts';
import type { SourceAdapter } from './source.ts';

/** The source of a method. */
export interface MethodReference {
  /** Citation: authors, year and arXiv number or another reference. */
  readonly paper: string;
  /** The equation that a layer computes. */
  readonly equation: string;
  /** Path of the implementation, below `packages/` of this repository or in another repository. */
  readonly file: string;
}

/** Describes the parameters that a method trains, for tables. */
export interface TrainedPart {
  /** The parameters. */
  readonly what: string;
  /** Their place in the encoder. */
  readonly where: string;
  /** Number of trained values, as a formula in the sizes of an encoder. */
  readonly count: string;
}

/** Describes a method, so that programs can list, explain, check and train it. */
export interface MethodDefinition {
  /** Identifier in tables and on the command line, such as `scalearn++`. */
  readonly id: string;
  /** Display name, such as `ScaLearn++`. */
  readonly title: string;
  /** Short description. */
  readonly summary: string;
  /** The kind of the method, see {@link MethodKind}. */
  readonly kind: MethodKind;
  /** Where the method was described; absent for methods without a publication. */
  readonly reference?: MethodReference;
  /** The parameters that the method trains; absent if they are not to be shown in tables. */
  readonly trains?: TrainedPart;
  /** Number of source adapters; absent for a method without sources. */
  readonly sources?: {
    /** Smallest number. */
    readonly least: number;
    /** Largest number; by default any number. */
    readonly most?: number;
    /** The kinds of adapters that it takes; bottleneck adapters by default. */
    readonly takes?: 'adapters' | 'LoRAs' | 'both';
  };
  /** Options of the method, by the names that its function uses. */
  readonly options: OptionDefinitions;
  /**
   * Creates the method. The sources may be placeholders without layers if the method is only described, not trained.
   *
   * @throws ArgumentError for invalid option values, or sources that do not fit each other
   */
  make(sources: readonly SourceAdapter[], values?: Readonly<Record<string, unknown>>): Method;
  /** Reads the folders that the method writes, if core's readers cannot. */
  readonly reader?: MethodReader;
}

/**
 * Creates a definition whose `make` receives only checked and typed options.
 *
 * @throws ArgumentError from `make` if the method has another name or kind than the definition
 */
export function defineMethod<const O extends OptionDefinitions>(
  definition: Omit<MethodDefinition, 'options' | 'make'> & {
    readonly options: O;
    make(sources: readonly SourceAdapter[], values: OptionValues<O>): Method;
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
          `the definition '${id}' (${kind}) makes a method named '${method.name}' (${method.kind}); make them equal`,
        );
      return method;
    },
  };
}
