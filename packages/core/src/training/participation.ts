import { known } from '../elements.ts';
import { graphInputs, topologicalOrder } from '../graph/graph.ts';
import { input } from '../graph/leaves.ts';
import type { Tensor } from '../graph/tensor.ts';
import type { FrozenSpec, Method, MethodTarget } from '../methods/method.ts';
import type { Encoder } from '../nn/encoder.ts';
import type { Head } from '../nn/head.ts';
import type { ParameterSpec } from '../nn/parameters.ts';
import { buildForward } from './forward.ts';

/**
 * Says of each parameter in which tasks' steps it takes part: those whose loss depends on it, as the graph tells, which
 * is built once for each task on stand-ins. Parameters that no loss depends on, such as the pooler of an encoder that
 * is trained under heads that do without it, are left out.
 */
export function withTasks(
  model: {
    readonly encoder: Encoder;
    readonly method: Method;
    readonly heads: Readonly<Record<string, Head>>;
    readonly target: MethodTarget;
  },
  specs: readonly ParameterSpec[],
  frozen: readonly FrozenSpec[],
): ParameterSpec[] {
  const standIn = (kind: string, { name, shape }: Pick<FrozenSpec, 'name' | 'shape'>): [string, Tensor] => [
    name,
    input(`${kind} ${name}`, shape),
  ];
  const parameters = new Map(specs.map((spec) => standIn('parameter', spec)));
  const fixed = new Map(frozen.map((spec) => standIn('frozen', spec)));
  const users = new Map(specs.map(({ name }): [string, string[]] => [name, []]));
  const { tasks } = model.target;
  for (const task of tasks) {
    const { loss, penalty } = buildForward({
      ...model,
      task,
      // A model has a head for each of its tasks.
      head: model.heads[task] as Head,
      parameter: (name) => known(parameters, name),
      frozen: (name) => known(fixed, name),
      trained: (name) => parameters.get(name),
    });
    const used = graphInputs(topologicalOrder({ outputs: { loss, ...(penalty ? { penalty } : {}) } }));
    for (const [name, list] of users) if (used.has(`parameter ${name}`)) list.push(task);
  }
  return specs.flatMap((spec) => {
    const list = known(users, spec.name);
    if (list.length === 0) return [];
    return [list.length === tasks.length ? spec : { ...spec, tasks: list }];
  });
}
