import type { EncoderArchitecture } from '../../nn/architecture.ts';
import { headLinears } from '../../nn/head.ts';

/** First part of PEFT's keys: the model that is adapted is `base_model.model` of its own. */
export const keyStart = 'base_model.model.';

/** The modules that PEFT trains and saves in every classification model. */
export const savedHeads: readonly string[] = ['classifier', 'score'];

/** Returns a layer's path on disk. Layers of the encoder have its prefix, those of the head have none. */
export function diskPath(path: string, encoder: EncoderArchitecture): string {
  return headLinears(encoder).some((linear) => linear.path === path) ? path : `${encoder.prefix}.${path}`;
}

/** Returns the names of the parameters of an adapted layer: their keys in PEFT's files without {@link keyStart}. */
export function loraKeys(
  encoder: EncoderArchitecture,
  path: string,
): { readonly a: string; readonly b: string } {
  const base = diskPath(path, encoder);
  return { a: `${base}.lora_A.weight`, b: `${base}.lora_B.weight` };
}

/**
 * Returns whether PEFT trains and saves a tensor as a whole: whether one of the modules that contain it has a name with
 * one of these ends.
 */
export function isSavedWhole(key: string, modulesToSave: readonly string[]): boolean {
  const parts = key.split('.').slice(0, -1);
  return parts.some((_, i) => {
    const module = parts.slice(0, i + 1).join('.');
    return modulesToSave.some((end) => module.endsWith(end));
  });
}

/**
 * Returns the modules of a head that train, and their names in `modules_to_save`. PEFT trains those with certain ends of
 * their names. If the last module has none of them, the whole head trains.
 */
export function savedHeadModules(
  modules: readonly string[],
  modulesToSave: readonly string[],
): readonly string[] {
  const saved = [...new Set([...modulesToSave, ...savedHeads])];
  const last = modules.at(-1);
  const isKnown = last === undefined || isSavedWhole(`${last}.weight`, saved);
  return isKnown ? saved : [...new Set([...saved, ...modules])];
}

/**
 * Returns whether PEFT trains and saves a parameter of a head whose modules have these names.
 *
 * @param adapted paths of the adapted layers
 */
export function trainsInHead(
  key: string,
  modules: readonly string[],
  { bias, modulesToSave }: { readonly bias: string; readonly modulesToSave: readonly string[] },
  adapted: readonly string[],
): boolean {
  return (
    isSavedWhole(key, savedHeadModules(modules, modulesToSave)) ||
    (bias === 'all' && key.endsWith('.bias')) ||
    (bias === 'lora_only' && adapted.some((path) => key === `${path}.bias`))
  );
}
