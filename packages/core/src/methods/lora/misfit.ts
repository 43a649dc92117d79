import { headLinears, usesPooler } from '../../nn/head.ts';
import type { MethodTarget } from '../method.ts';
import { barePath, type LoraAdapter } from './lora-adapter.ts';
import { diskPath } from './module-names.ts';
import { adaptableLayers, targetTest } from './targets.ts';

/**
 * Returns why a LoRA cannot be used on an encoder, as text that follows its name; undefined if nothing shows a reason.
 *
 * @param hasHead whether its head is used too, which it may adapt; by default it is not
 */
export function loraMisfit(
  { modules, targets, encoderFingerprint: known }: LoraAdapter,
  { encoder, encoderFingerprint }: Pick<MethodTarget, 'encoder' | 'encoderFingerprint'>,
  hasHead = false,
): string | undefined {
  const { modelType, layers, prefix } = encoder;
  const inHead = new Set(headLinears(encoder).map(({ path }) => path));
  const linears = adaptableLayers(encoder, targets.modulesToSave);
  if (linears) {
    const byPath = new Map(linears.map((linear) => [linear.path, linear]));
    for (const [path, { inputs, outputs }] of modules) {
      const linear = byPath.get(barePath(path, encoder));
      if (!linear)
        return `adapts ${path}, which this encoder (${modelType}, ${layers} layers) does not have; use the encoder it was trained on`;
      if (inHead.has(path) && !hasHead)
        return `adapts ${path}, a layer of its head, so it is not a change of the encoder alone; train it with exclude_modules ["${path}"]`;
      if (linear.inputs !== inputs || linear.outputs !== outputs)
        return `adapts ${path} of ${inputs} inputs and ${outputs} outputs, which has ${linear.inputs} and ${linear.outputs} here`;
    }
    const isTarget = targetTest(targets);
    const isBare = [...modules.keys()].every((path) => !path.startsWith(`${prefix}.`));
    const missing = linears
      .filter(({ path }) => hasHead || !inHead.has(path))
      .map(({ path }) => (isBare ? path : diskPath(path, encoder)))
      .find(
        (path) => isTarget(path) && !modules.has(path) && (usesPooler(encoder) || !isPooler(path, encoder)),
      );
    if (missing !== undefined)
      return `has no tensors for ${missing}, which its configuration selects; it was trained on fewer layers, or is damaged`;
  }
  if (known !== undefined && encoderFingerprint !== undefined && known !== encoderFingerprint)
    return `was trained on another encoder (fingerprint ${known.slice(0, 12)}…, this one is ${encoderFingerprint.slice(0, 12)}…)`;
  return undefined;
}

/** Returns whether a path, with or without the encoder's prefix, is that of the pooler. */
export function isPooler(
  path: string,
  { modules: { pooler }, prefix }: Pick<MethodTarget['encoder'], 'modules' | 'prefix'>,
): boolean {
  return pooler !== undefined && barePath(path, { prefix }) === barePath(pooler, { prefix });
}
