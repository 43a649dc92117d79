import { type AdapterDescription, requestWebGPUDevice, type TuningStore } from '@scalearn/core';
import { type Graph, gradients, input, linear, sum, type Tensor } from '@scalearn/core/graph';

/** Sizes of an encoder whose products are measured: of RoBERTa-base on a GPU, of a small one where that takes too long. */
const sizes = {
  gpu: { hidden: 768, between: 3072, adapter: 48 },
  software: { hidden: 64, between: 128, adapter: 8 },
};

/** Milliseconds that measurements may take. A software adapter would need much longer for all kernels. */
const longest = { gpu: 300_000, software: 60_000 };

/** Returns a graph with every matrix product of a training step of an encoder with adapters. */
function productsOf({ hidden, between, adapter }: (typeof sizes)['gpu']): Graph {
  const x = input('x', ['tokens', hidden]);
  let trained: readonly Tensor[] = [];
  const layer = (from: Tensor, name: string, width: number, isTrained = false): Tensor => {
    const weight = input(name, [width, from.shape[1] ?? hidden]);
    if (isTrained) trained = [...trained, weight];
    return linear(from, weight);
  };
  // Trained from the first layer on, so that the gradients pass through all others.
  const start = layer(layer(x, 'down', adapter, true), 'up', hidden, true);
  const output = layer(layer(start, 'intermediate', between), 'output', hidden);
  const loss = sum(layer(layer(output, 'qkv', 3 * hidden), 'dense', hidden));
  const slopes = gradients(loss, trained);
  return { outputs: { loss, ...Object.fromEntries(slopes.map((slope, i) => [`slope ${i}`, slope])) } };
}

/** Measures every kernel for the products of a usual encoder, and keeps which one is fastest. */
export async function tuneAll(
  adapter: AdapterDescription,
  store: TuningStore,
  onProduct: (name: string) => void,
): Promise<void> {
  const kind = adapter.isSoftware ? 'software' : 'gpu';
  const tuning = { store, onProduct, candidates: Number.POSITIVE_INFINITY, milliseconds: longest[kind] };
  await using device = await requestWebGPUDevice({ tune: true, tuning });
  using _ = await device?.compile(productsOf(sizes[kind]));
}
