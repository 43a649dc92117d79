import { ArgumentError } from '../../errors.ts';
import { shown, shownList } from '../../files/shown.ts';
import { type EncoderArchitecture, type LinearLayers, linearLayers } from '../../nn/architecture.ts';
import { headLinears } from '../../nn/head.ts';
import { diskPath, isSavedWhole, savedHeadModules } from './module-names.ts';
import { wholeMatch } from './regular-expression.ts';

/** The settings by which a LoRA selects the linear layers that it adapts, with PEFT's rules. */
export interface LoraTargets {
  /**
   * Names of linear layers, each the whole path or its end after a dot; or one text, which is `all-linear` or a regular
   * expression for whole paths; by default the queries and values.
   */
  readonly targetModules: string | readonly string[];
  /** Layers that are left out, given in the same way; none by default. */
  readonly excludeModules?: string | readonly string[];
  /**
   * Number, or numbers, of the only layers of the encoder that are adapted; all by default. Only with names in
   * `targetModules`.
   */
  readonly layersToTransform?: number | readonly number[];
  /** Names of the module that contains the layers, to find their numbers; any by default. */
  readonly layersPattern?: readonly string[];
  /** Ends of the names of modules that train as a whole, and are not adapted; the head by default, which always trains. */
  readonly modulesToSave: readonly string[];
}

/** The text that selects all linear layers. */
export const allLinear = 'all-linear';

/** A rank or an alpha by names or regular expressions, each for the end of a path. */
export type LoraPattern = Readonly<Record<string, number>>;

const isTail = (path: string, name: string): boolean => path === name || path.endsWith(`.${name}`);

/**
 * Returns the test by which PEFT selects linear layers by their paths.
 *
 * @throws ArgumentError for a regular expression that cannot be read
 */
export function targetTest(targets: LoraTargets): (path: string) => boolean {
  const { targetModules, excludeModules = [], modulesToSave } = targets;
  const list = (names: string | readonly string[], what: string): ((path: string) => boolean) => {
    if (typeof names !== 'string') return (path) => names.some((name) => isTail(path, name));
    const expression = wholeMatch(names, what);
    return (path) => expression.test(path);
  };
  const isExcluded = list(excludeModules, 'excludeModules');
  const isSaved = (path: string): boolean => modulesToSave.some((name) => `.${path}.`.includes(`.${name}.`));
  const isNamed = targetModules === allLinear ? (): boolean => true : list(targetModules, 'targetModules');
  const isInLayer = layerTest(targets);
  return (path) => !isExcluded(path) && !isSaved(path) && isNamed(path) && isInLayer(path);
}

function layerTest({
  targetModules,
  layersToTransform = [],
  layersPattern = [],
}: LoraTargets): (path: string) => boolean {
  const layers = [layersToTransform].flat();
  if (typeof targetModules === 'string' || layers.length === 0) return () => true;
  const containers = layersPattern.length === 0 ? '[^.]*' : `(?:${layersPattern.map(escaped).join('|')})`;
  const number = new RegExp(`^(?:.*?\\.)${layersPattern.length === 0 ? '' : '?'}${containers}\\.(\\d+)\\.`);
  return (path) => {
    // A layer that is named by its whole path is adapted wherever it is.
    if (targetModules.includes(path)) return true;
    const [, index] = number.exec(path) ?? [];
    return index !== undefined && layers.includes(Number(index));
  };
}

const escaped = (text: string): string => text.replaceAll(/[^\w]/g, '\\$&');

/** Returns the value of a pattern for a path. The first key decides that is the end of the path. */
export function patternValue(pattern: LoraPattern, what: string): (path: string) => number | undefined {
  const entries = Object.entries(pattern).map(
    ([key, value]) => [wholeMatch(`(?:.*\\.)?(?:${key})`, what), value] as const,
  );
  return (path) => entries.find(([key]) => key.test(path))?.[1];
}

/** Returns the layers that are adapted if none are named: the queries and values, as PEFT does. */
export function defaultTargets({ modules, modelType }: EncoderArchitecture): readonly string[] {
  const names = [modules.query, modules.value].flatMap((path) => path?.split('.').at(-1) ?? []);
  if (names.length === 2) return names;
  throw new ArgumentError(
    `there are no usual LoRA targets for encoders of the architecture ${modelType}; give targetModules, such as ${allLinear}`,
  );
}

/**
 * Returns the linear layers that a LoRA can adapt: those of the encoder, with paths that lack its prefix, and those of the
 * head that do not train as a whole. Returns undefined if they are not known.
 */
export function adaptableLayers(
  encoder: EncoderArchitecture,
  modulesToSave: readonly string[],
): readonly LinearLayers[] | undefined {
  const saved = savedHeadModules(encoder.staticHead.modules, modulesToSave);
  const inHead = headLinears(encoder).filter(({ path }) => !isSavedWhole(`${path}.weight`, saved));
  const inEncoder = linearLayers(encoder);
  return inEncoder && [...inEncoder, ...inHead];
}

/**
 * Returns the linear layers that a LoRA adapts, with paths that lack the encoder's prefix.
 *
 * @throws ArgumentError if there are none, or the encoder's linear layers are not known
 */
export function targetLayers(targets: LoraTargets, encoder: EncoderArchitecture): readonly LinearLayers[] {
  const all = adaptableLayers(encoder, targets.modulesToSave);
  if (!all) throw new ArgumentError('the linear layers of the encoder are not known; load the encoder');
  const isTarget = targetTest(targets);
  const found = all.filter(({ path }) => isTarget(diskPath(path, encoder)));
  if (found.length > 0) return found;
  const names = [...new Set(all.map(({ path }) => path.replace(/^.*\.\d+\./, '')))];
  throw new ArgumentError(
    `targetModules ${shown(targets.targetModules)} selects no linear layer of ${encoder.modelType}; there are ${shownList(names)}`,
  );
}
