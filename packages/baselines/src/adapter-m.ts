import { type BottleneckOptions, bottleneck, type Method } from '@scalearn/core';
import {
  bottleneckReader,
  defineMethod,
  type MethodDefinition,
  type MethodReader,
  nonLinearityOption,
  reductionFactorOption,
} from '@scalearn/core/methods';
import { jointDefaults } from './joint.ts';

/**
 * Adapter-m: one Pfeiffer adapter shared by several tasks, each of which has its own head. The encoder is frozen
 * (docs/reference/methods.md#adapter-m). For a batch of any task, with `z = LN₂(h + x)` `[tokens, hidden]`:
 *
 * `y = LN₂(up·relu(down·z + b) + c + h + x)`,
 *
 * with down `[m, hidden]`, b `[m]`, up `[hidden, m]` and c `[hidden]` in every layer; see {@link bottleneck}.
 */
export function adapterM(options: BottleneckOptions = {}): Method {
  return forSeveralTasks(bottleneck(options));
}

function forSeveralTasks(method: Method): Method {
  return { ...method, name: 'adapter-m', kind: 'joint', defaults: jointDefaults(3e-4) };
}

/**
 * Reads the folder of an adapter shared by several tasks. It is the folder of a bottleneck adapter with the tasks
 * added.
 */
export const adapterMReader: MethodReader = async (folder, target) => {
  if (!target.tasks) return undefined;
  const stored = await bottleneckReader(folder, target);
  return stored && { ...stored, method: forSeveralTasks(stored.method) };
};

/** The definition of {@link adapterM} for lists of methods. */
export const adapterMMethod: MethodDefinition = defineMethod({
  id: 'adapter-m',
  title: 'Adapter-m',
  summary: 'one adapter for all tasks',
  kind: 'joint',
  reference: {
    paper: 'Pfeiffer et al. 2021, arXiv 2005.00247',
    equation: 'y = LN₂(up(z) + h + x)',
    file: 'baselines/src/adapter-m.ts',
  },
  trains: {
    what: 'one bottleneck adapter',
    where: 'after the feed-forward block',
    count: 'L(2dm + m + d)',
  },
  options: { reductionFactor: reductionFactorOption, nonLinearity: nonLinearityOption },
  make: (_, values) => adapterM(values),
  reader: adapterMReader,
});
