import { type Adapter, bottleneck, type Method } from '@scalearn/core';
import { type MethodTarget, storedAdapter } from '@scalearn/core/methods';

/**
 * What a method does that has a frozen bottleneck adapter and trains nothing but the head: {@link bottleneck}'s
 * computation, `y = LN₂(up·act(down·z + b) + c + h + x)`, on tensors that stay as they are.
 *
 * @param adapterFor gives the adapter once the encoder is known, or says why the two do not fit
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
