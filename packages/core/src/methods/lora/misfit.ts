import { shown } from '../../files/shown.ts';
import { linearLayers } from '../../nn/architecture.ts';
import { usesPooler } from '../../nn/head.ts';
import type { MethodTarget } from '../method.ts';
import { barePath, type LoraAdapter } from './lora-adapter.ts';
import { targetTest } from './targets.ts';

/** Returns why a LoRA cannot be used on an encoder, as text that follows its name; undefined if nothing shows a reason. */
export function loraMisfit(
  { modules, targets, encoderFingerprint: known }: LoraAdapter,
  { encoder, encoderFingerprint }: Pick<MethodTarget, 'encoder' | 'encoderFingerprint'>,
): string | undefined {
  const { modelType, layers, prefix } = encoder;
  const linears = linearLayers(encoder);
  if (linears) {
    const byPath = new Map(linears.map((linear) => [linear.path, linear]));
    for (const [path, { inputs, outputs }] of modules) {
      const linear = byPath.get(barePath(path, encoder));
      if (!linear && isInHead(path, encoder))
        return `adapts ${path}, which is in the head, and only layers of the encoder can be adapted here; train it with exclude_modules: [${shown(path)}]`;
      if (!linear)
        return `adapts ${path}, which this encoder (${modelType}, ${layers} layers) does not have; use the encoder it was trained on`;
      if (linear.inputs !== inputs || linear.outputs !== outputs)
        return `adapts ${path} of ${inputs} inputs and ${outputs} outputs, which has ${linear.inputs} and ${linear.outputs} here`;
    }
    const isTarget = targetTest(targets);
    const isBare = [...modules.keys()].every((path) => !path.startsWith(`${prefix}.`));
    const missing = linears
      .map(({ path }) => (isBare ? path : `${prefix}.${path}`))
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

/** Returns whether a path is that of a layer of the head of its Python class. */
function isInHead(path: string, { staticHead }: Pick<MethodTarget['encoder'], 'staticHead'>): boolean {
  return staticHead.modules.some((module) => path === module || path.startsWith(`${module}.`));
}

/** Returns whether a path, with or without the encoder's prefix, is that of the pooler. */
export function isPooler(
  path: string,
  { modules: { pooler }, prefix }: Pick<MethodTarget['encoder'], 'modules' | 'prefix'>,
): boolean {
  return pooler !== undefined && barePath(path, { prefix }) === barePath(pooler, { prefix });
}
