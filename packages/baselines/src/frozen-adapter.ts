import type { Method, SourceAdapter } from '@scalearn/core';
import { type MethodTarget, storedSource } from '@scalearn/core/methods';

/**
 * Returns the parts of a method with a frozen adapter, of which only the head trains. It computes the same as the
 * method that trains such adapters, `bottleneck` or `lora`, with constant tensors.
 *
 * @param name name of the adapter in the graph
 * @param adapterFor returns the adapter for an encoder, or throws if the two do not fit
 */
export function frozenAdapter(
  name: string,
  adapterFor: (target: MethodTarget) => SourceAdapter,
): Required<Pick<Method, 'parameters' | 'frozen' | 'sites'>> {
  const stored = (target: MethodTarget) => storedSource({ ...adapterFor(target), name }, target.encoder);
  return {
    parameters: () => [],
    frozen: (target) =>
      [...stored(target).tensors].map(([key, { shape, data }]) => ({ name: key, shape, values: data })),
    sites: (call) =>
      stored(call).method.sites({ ...call, adapterName: name, parameter: (key) => call.frozen(key) }),
  };
}
