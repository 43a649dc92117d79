import { type Adapter, bottleneck, type Method } from '@scalearn/core';
import { type MethodTarget, storedAdapter } from '@scalearn/core/methods';

/**
 * Returns the parts of a method with a frozen bottleneck adapter, of which only the head trains. It computes the same
 * as {@link bottleneck}, `y = LN₂(up·act(down·z + b) + c + h + x)`, with constant tensors.
 *
 * @param adapterFor returns the adapter for an encoder, or throws if the two do not fit
 */
export function frozenAdapter(
  { name, nonLinearity }: Pick<Adapter, 'name' | 'nonLinearity'>,
  adapterFor: (target: MethodTarget) => Adapter,
): Pick<Method, 'parameters' | 'frozen' | 'sites'> {
  const { sites } = bottleneck({ nonLinearity });
  return {
    parameters: () => [],
    frozen: (target) => {
      const { tensors } = storedAdapter({ ...adapterFor(target), name }, target.encoder);
      return [...tensors].map(([key, { shape, data }]) => ({ name: key, shape, values: data }));
    },
    sites: (call) => sites({ ...call, adapterName: name, parameter: call.frozen }),
  };
}
