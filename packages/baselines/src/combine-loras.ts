import { ArgumentError, type LoraAdapter } from '@scalearn/core';
import { barePath, checkSources, loraScaling, type MethodTarget } from '@scalearn/core/methods';

/**
 * Checks that LoRAs have one rank, one scaling and the same adapted layers, so that their matrices can be combined.
 *
 * @throws ArgumentError that names two sources which differ
 */
export function checkCombinable(
  sources: readonly LoraAdapter[],
  target: Pick<MethodTarget, 'encoder' | 'encoderFingerprint'>,
): void {
  checkSources(sources, target);
  const described = ({ modules, useRslora }: LoraAdapter): Map<string, string> =>
    new Map(
      [...modules].map(([path, module]) => [
        barePath(path, target.encoder),
        `rank ${module.rank} and scaling ${loraScaling(module, useRslora)}`,
      ]),
    );
  const [first, ...others] = sources;
  if (!first) throw new ArgumentError('LoRAHub needs source LoRAs');
  const wanted = described(first);
  for (const other of others) {
    const own = described(other);
    const path = [...wanted.keys(), ...own.keys()].find((each) => wanted.get(each) !== own.get(each));
    if (path !== undefined)
      throw new ArgumentError(
        `LoRAHub adds up matrices, so its sources must be alike: at ${path}, '${first.name}' has ${wanted.get(path) ?? 'nothing'} and '${other.name}' ${own.get(path) ?? 'nothing'}; lora-average and ScaLearn take sources that differ`,
      );
  }
}

/** Returns the LoRA whose matrices are the weighted sums of the sources' matrices. @throws ArgumentError */
export function combineLoras(
  sources: readonly LoraAdapter[],
  weights: readonly number[],
  target: Pick<MethodTarget, 'encoder' | 'encoderFingerprint'>,
): LoraAdapter {
  checkCombinable(sources, target);
  const { encoder } = target;
  const [first] = sources as [LoraAdapter];
  const all = sources.map(
    ({ modules }) => new Map([...modules].map(([path, module]) => [barePath(path, encoder), module])),
  );
  const combined = (path: string, matrix: 'a' | 'b'): Float32Array => {
    const own = all.map((modules) => modules.get(barePath(path, encoder))?.[matrix] ?? new Float32Array());
    const sum = new Float64Array(own[0]?.length ?? 0);
    for (const [t, values] of own.entries())
      for (const [i, value] of values.entries()) sum[i] = (sum[i] as number) + (weights[t] as number) * value;
    return Float32Array.from(sum);
  };
  return {
    ...first,
    name: 'lorahub',
    modules: new Map(
      [...first.modules].map(([path, module]) => [
        path,
        { ...module, a: combined(path, 'a'), b: combined(path, 'b') },
      ]),
    ),
  };
}
