import { ArgumentError } from '../../errors.ts';
import type { NamedTensor } from '../../nn/parameters.ts';
import { type LoraAdapter, type LoraModule, loraScaling } from './lora-adapter.ts';

/**
 * Adds a LoRA to the weights of an encoder: `W + s·B·A`.
 *
 * @param weights weights by their keys on disk
 * @returns all weights, those of adapted layers changed
 * @throws ArgumentError if the encoder has no such layer
 */
export function foldModules(
  weights: ReadonlyMap<string, NamedTensor>,
  { modules, useRslora }: Pick<LoraAdapter, 'modules' | 'useRslora'>,
): Map<string, NamedTensor> {
  const folded = new Map(weights);
  for (const [path, module] of modules) {
    const key = `${path}.weight`;
    const weight = folded.get(key);
    if (!weight)
      throw new ArgumentError(`the encoder has no weight '${key}' to which the LoRA could be added`);
    folded.set(key, { ...weight, data: sum(weight.data, module, loraScaling(module, useRslora)) });
  }
  return folded;
}

/** `W + s·B·A`, summed in double precision. */
function sum(
  weight: Float32Array,
  { a, b, rank, inputs, outputs }: LoraModule,
  scaling: number,
): Float32Array {
  const result = new Float32Array(weight.length);
  const row = new Float64Array(inputs);
  // Not checked per element: sizes were checked on reading, and there are millions of elements.
  for (let o = 0; o < outputs; o++) {
    row.fill(0);
    for (let k = 0; k < rank; k++) {
      const factor = scaling * (b[o * rank + k] as number);
      for (let i = 0; i < inputs; i++) row[i] = (row[i] as number) + factor * (a[k * inputs + i] as number);
    }
    for (let i = 0; i < inputs; i++)
      result[o * inputs + i] = (weight[o * inputs + i] as number) + (row[i] as number);
  }
  return result;
}
