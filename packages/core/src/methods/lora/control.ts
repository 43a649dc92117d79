import { at, known } from '../../elements.ts';
import { ArgumentError } from '../../errors.ts';
import type { RandomStream } from '../../random/streams.ts';
import type { LoraAdapter, LoraModule } from './lora-adapter.ts';

/** Draws A as training starts with it, and B as large as the trained one, because training starts with a B of zeros. */
export function randomModules({ modules }: LoraAdapter, stream: RandomStream): LoraAdapter['modules'] {
  return new Map([...modules].map(([path, module]) => [path, randomModule(module, stream)]));
}

function randomModule(module: LoraModule, stream: RandomStream): LoraModule {
  const { a, b, inputs } = module;
  const bound = 1 / Math.sqrt(inputs);
  const size = Math.sqrt(b.reduce((sum, value) => sum + value * value, 0) / b.length);
  return {
    ...module,
    a: a.map(() => bound * (2 * stream.uniform() - 1)),
    b: stream.normal(b.length, 0, size),
  };
}

/**
 * Gives every layer the modules of another one. Modules that occur once, such as the pooler, are drawn at random.
 *
 * @param derange returns 0, 1, …, n - 1 in an order in which no number keeps its place
 * @throws ArgumentError for a LoRA of one layer
 */
export function shuffledModules(
  { name, modules }: LoraAdapter,
  stream: RandomStream,
  derange: (n: number) => readonly number[],
): LoraAdapter['modules'] {
  const layers = new Map<string, number[]>();
  for (const path of modules.keys()) {
    const place = placeOf(path);
    if (place) layers.set(place.name, [...(layers.get(place.name) ?? []), place.layer]);
  }
  // Modules that are adapted in the same layers move together.
  const moves = new Map<string, ReadonlyMap<number, number>>();
  for (const numbers of layers.values()) {
    if (numbers.length < 2)
      throw new ArgumentError(
        `the LoRA '${name}' adapts one layer, so its layers cannot be shuffled; use the control 'random'`,
      );
    const key = numbers.join();
    if (moves.has(key)) continue;
    const order = derange(numbers.length);
    moves.set(key, new Map(numbers.map((layer, i) => [layer, at(numbers, at(order, i))])));
  }
  return new Map(
    [...modules].map(([path, module]) => {
      const place = placeOf(path);
      if (!place) return [path, randomModule(module, stream)];
      const from = known(known(moves, known(layers, place.name).join()), place.layer);
      return [path, known(modules, place.name.replace('*', String(from)))];
    }),
  );
}

/** Returns the number of a module's layer, and its path with `*` for it; undefined for a module outside the layers. */
function placeOf(path: string): { readonly name: string; readonly layer: number } | undefined {
  const [, before, layer, after] = /^(.*?\.)(\d+)(\..*)$/.exec(path) ?? [];
  return layer === undefined ? undefined : { name: `${before}*${after}`, layer: Number(layer) };
}
