import { RandomStream } from '../../src/graph.ts';
import type { EncoderArchitecture, LoraAdapter, LoraModule } from '../../src/index.ts';

export interface RandomLoraOptions {
  readonly rank?: number;
  readonly alpha?: number;
  /** Ends of the paths of the adapted layers. By default queries and values, or all if they are one matrix. */
  readonly names?: readonly string[];
}

/** A LoRA with random weights, large enough that every one of them can be seen in the output. */
export function randomLora(
  name: string,
  { linears = [], layers, prefix, modules: own }: EncoderArchitecture,
  {
    rank = 2,
    alpha = 4,
    names = own.query === undefined
      ? linears.map(({ path }) => path.split('*.').at(-1) ?? '')
      : [own.query, own.value].map((path) => `${path}`.split('.').at(-1) ?? ''),
  }: RandomLoraOptions = {},
): LoraAdapter {
  const modules = new Map<string, LoraModule>();
  for (const { path, inputs, outputs } of linears)
    for (let layer = 0; layer < (path.includes('*') ? layers : 1); layer++) {
      const full = `${prefix}.${path.replace('*', String(layer))}`;
      if (!names.some((end) => full.endsWith(`.${end}`))) continue;
      const values = (what: string, size: number): Float32Array =>
        new RandomStream(0, `${name}/${full}/${what}`).normal(size, 0, 0.3);
      modules.set(full, {
        a: values('a', rank * inputs),
        b: values('b', outputs * rank),
        rank,
        alpha,
        inputs,
        outputs,
      });
    }
  return { name, modules, useRslora: false, targets: { targetModules: [...names], modulesToSave: [] } };
}
