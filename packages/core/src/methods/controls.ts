import { at } from '../elements.ts';
import { ArgumentError } from '../errors.ts';
import { RandomStream } from '../random/streams.ts';
import type { Adapter, AdapterLayer } from './adapter.ts';
import { randomModules, shuffledModules } from './lora/control.ts';
import { isLora, type SourceAdapter } from './source.ts';

/**
 * Control sources without knowledge to transfer. The score of a two-stage method with them is not due to transfer.
 *
 * - `random`: adapters of the same shape with the initial values of training; for LoRAs, whose B starts with zeros, a B as
 *   large as the trained one;
 * - `shuffled`: the trained adapters with their layers in a different order.
 */
export type SourceControl = 'random' | 'shuffled';

export const sourceControls: readonly SourceControl[] = ['random', 'shuffled'];

/**
 * Creates the control of a source adapter. It keeps the adapter's name, shape and activation.
 *
 * @param seed seed of the run; the same seed gives the same control
 * @throws ArgumentError if an adapter with a single layer is to be shuffled
 */
export function controlAdapter<A extends SourceAdapter>(adapter: A, control: SourceControl, seed: number): A {
  const stream = new RandomStream(seed, `control/${control}/${adapter.name}`);
  const isRandom = control === 'random';
  if (isLora(adapter)) {
    const derange = (n: number): readonly number[] => deranged(Array.from(Array(n).keys()), stream);
    const modules = isRandom ? randomModules(adapter, stream) : shuffledModules(adapter, stream, derange);
    return { ...adapter, modules };
  }
  return { ...adapter, layers: isRandom ? randomLayers(adapter, stream) : shuffledLayers(adapter, stream) };
}

/** Draws weights from N(0, 0.02²) and zero biases, as {@link bottleneck} does. */
function randomLayers({ layers }: Adapter, stream: RandomStream): AdapterLayer[] {
  return layers.map(({ down, downBias, up, upBias }) => ({
    down: stream.normal(down.length, 0, 0.02),
    downBias: new Float32Array(downBias.length),
    up: stream.normal(up.length, 0, 0.02),
    upBias: new Float32Array(upBias.length),
  }));
}

function shuffledLayers({ name, layers }: Adapter, stream: RandomStream): AdapterLayer[] {
  if (layers.length < 2)
    throw new ArgumentError(
      `the adapter '${name}' has one layer, so its layers cannot be shuffled; use the control 'random'`,
    );
  return deranged(layers, stream);
}

/** Permutes a list randomly so that no element keeps its position (Sattolo's algorithm: a single cycle). */
function deranged<T>(list: readonly T[], stream: RandomStream): T[] {
  const shuffled = [...list];
  for (let i = shuffled.length - 1; i > 0; i--) {
    const j = stream.below(i);
    const held = at(shuffled, i);
    shuffled[i] = at(shuffled, j);
    shuffled[j] = held;
  }
  return shuffled;
}
