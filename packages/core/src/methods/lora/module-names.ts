import type { EncoderArchitecture } from '../../nn/architecture.ts';
import type { LoraSettings } from './settings.ts';
import { savedHeads } from './targets.ts';

/** First part of PEFT's keys: the model that is adapted is `base_model.model` of its own. */
export const keyStart = 'base_model.model.';

/** Returns the names of the parameters of an adapted layer: their keys in PEFT's files without {@link keyStart}. */
export function loraKeys(
  { prefix }: Pick<EncoderArchitecture, 'prefix'>,
  path: string,
): { readonly a: string; readonly b: string } {
  const base = `${prefix}.${path}`;
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

/** Returns whether PEFT trains and saves a parameter of a head whose modules have these names. */
export function trainsInHead(
  key: string,
  modules: readonly string[],
  { bias, modulesToSave }: Pick<LoraSettings, 'bias' | 'modulesToSave'>,
): boolean {
  return (
    isSavedWhole(key, savedHeadModules(modules, modulesToSave)) || (bias === 'all' && key.endsWith('.bias'))
  );
}
