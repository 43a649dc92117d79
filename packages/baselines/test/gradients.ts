import { type HostArray, type Method, ReferenceDevice } from '@scalearn/core';
import {
  add,
  gradients,
  graphInputs,
  input,
  RandomStream,
  type Tensor,
  topologicalOrder,
} from '@scalearn/core/graph';
import { createHead, type ParameterSpec } from '@scalearn/core/methods';
import { buildForward } from '../../core/src/model/forward.ts';
import { tinyEncoder } from '../../core/test/training/tiny.ts';

const step = 1e-5;

/**
 * The largest difference between a method's gradients and central differences in float64, for every trainable tensor,
 * over the largest gradient in it. The parameters are moved away from where they begin, where some gradients vanish.
 *
 * @param tasks those of a joint method; the batch is the last one's
 */
export async function gradientErrors(
  method: Method,
  tasks: readonly string[] = ['rte'],
): Promise<ReadonlyMap<string, number>> {
  const device = new ReferenceDevice('float64');
  using encoder = await tinyEncoder(device, { modelType: 'roberta', dropout: 0 });
  const task = tasks.at(-1) as string;
  const target = { encoder: encoder.architecture, adapterName: 'rte', tasks };
  const { headLayout: layout, kind } = method;
  const problem = 'singleLabelClassification';
  const head = createHead({ problem, layout, outputs: 2, name: task, several: kind === 'joint' });
  const { trainsEncoder } = method;
  const trains = (name: string): boolean =>
    trainsEncoder === true || (trainsEncoder?.(name, encoder.architecture) ?? false);
  const all: readonly ParameterSpec[] = [
    ...(await encoder.parameters(trains)),
    ...method.parameters(target),
    ...head.parameters(encoder.architecture),
  ];
  const frozen = method.frozen?.(target) ?? [];
  const standIns = new Map(
    [...all, ...frozen].map(({ name, shape }): [string, Tensor] => [name, input(`value ${name}`, shape)]),
  );
  const standIn = (name: string): Tensor => standIns.get(name) as Tensor;
  const { loss, penalty } = buildForward({
    ...{ encoder, method, target, head, task },
    ...{ parameter: standIn, frozen: standIn, trained: (name) => standIns.get(name) },
  });
  const objective = penalty ? add(loss, penalty) : loss;
  // In joint training, and where the encoder trains, not all of it has a part in the loss of one task.
  const used = graphInputs(topologicalOrder({ outputs: { objective } }));
  const some = kind === 'joint' || trainsEncoder;
  const specs = some ? all.filter(({ name }) => used.has(`value ${name}`)) : all;
  const slopes = gradients(
    objective,
    specs.map(({ name }) => standIn(name)),
  );
  const outputs = Object.fromEntries(slopes.map((slope, i) => [`d ${specs[i]?.name}`, slope]));
  using program = await device.compile({ outputs: { objective, ...outputs } });
  const texts = [{ inputIds: [0, 2, 9, 5, 1] }, { inputIds: [0, 11, 1] }, { inputIds: [0, 4, 4, 12, 7, 1] }];
  const feeds: Record<string, HostArray> = {
    ...encoder.feeds(texts),
    labels: Int32Array.of(0, 1, 1),
    ...Object.fromEntries(frozen.map(({ name, values }) => [`value ${name}`, values])),
    ...Object.fromEntries(specs.map((spec) => [`value ${spec.name}`, movedValues(spec)])),
  };
  const analytic = await program.run(feeds);
  const value = async (name: string, at: number, delta: number): Promise<number> => {
    const moved = Float64Array.from(feeds[name] as Float64Array);
    moved[at] = (moved[at] as number) + delta;
    return ((await program.run({ ...feeds, [name]: moved })).objective as HostArray)[0] as number;
  };
  const errors = new Map<string, number>();
  for (const { name } of specs) {
    const slope = Float64Array.from(analytic[`d ${name}`] as HostArray);
    const largest = slope.reduce((a, b) => Math.max(a, Math.abs(b)), 1e-6);
    let error = 0;
    for (let k = 0; k < 4; k++) {
      const at = (k * 7919 + 3) % slope.length;
      const input = `value ${name}`;
      const numeric = ((await value(input, at, step)) - (await value(input, at, -step))) / (2 * step);
      error = Math.max(error, Math.abs(numeric - (slope[at] as number)) / largest);
    }
    errors.set(name, error);
  }
  return errors;
}

function movedValues({ name, shape, init }: ParameterSpec): Float64Array {
  const size = shape.reduce((a, b) => a * b, 1);
  const noise = new RandomStream(3, name).normal(size, 0, 0.2);
  if ('values' in init) return Float64Array.from(init.values, (x, i) => x + (noise[i] as number));
  const center = 'constant' in init ? init.constant : 'mean' in init ? init.mean : 0;
  return Float64Array.from(noise, (x) => center + x);
}
