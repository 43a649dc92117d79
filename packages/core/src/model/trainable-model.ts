import type { DeviceTensor } from '../devices/device.ts';
import { at, known } from '../elements.ts';
import { ArgumentError } from '../errors.ts';
import { graphInputs, topologicalOrder } from '../graph/graph.ts';
import { input, variable } from '../graph/leaves.ts';
import type { Tensor } from '../graph/tensor.ts';
import type { FrozenSpec, Method, MethodTarget } from '../methods/method.ts';
import type { Dropout } from '../nn/dropout.ts';
import type { Encoder } from '../nn/encoder.ts';
import { type Head, headModules } from '../nn/head.ts';
import { type ParameterSpec, Parameters } from '../nn/parameters.ts';
import { buildForward, type GraphParts } from './forward.ts';

export interface TrainableModelOptions {
  /** The encoder. It belongs to the caller: disposing the model does not dispose it. */
  readonly encoder: Encoder;
  /** The method to train, or with which the model was trained. */
  readonly method: Method;
  /** Heads by task name; more than one only in joint training. */
  readonly heads: Readonly<Record<string, Head>>;
  /** Name of the adapter, part of its keys on disk. */
  readonly adapterName: string;
  /** Seed of random initialization. */
  readonly seed: number;
  /** Whether weight decay is used; without it all parameters share one group. */
  readonly decays?: boolean;
}

/** Numbers of trainable values. */
export interface ParameterCount {
  /** Number of trainable values of the method. */
  readonly method: number;
  /** Number of trainable values of the heads. */
  readonly head: number;
}

/** Encoder, method and heads with their parameters on the device, to be trained, evaluated and saved. */
export class TrainableModel implements Disposable {
  readonly encoder: Encoder;
  readonly method: Method;
  readonly target: MethodTarget;
  readonly parameters: Parameters;
  readonly #heads: Readonly<Record<string, Head>>;
  readonly #frozen = new Map<string, DeviceTensor>();
  /** The task of every head parameter. */
  readonly #headTasks: ReadonlyMap<string, string>;

  private constructor(
    options: TrainableModelOptions,
    parameters: Parameters,
    headTasks: ReadonlyMap<string, string>,
  ) {
    this.encoder = options.encoder;
    this.method = options.method;
    this.#heads = options.heads;
    this.target = targetOf(options);
    this.parameters = parameters;
    this.#headTasks = headTasks;
  }

  static async create(options: TrainableModelOptions): Promise<TrainableModel> {
    const { encoder, method, heads, seed, decays = false } = options;
    const target = targetOf(options);
    // Called first, because it checks that sources fit the encoder before anything is put on the device.
    const frozen = method.frozen?.(target) ?? [];
    const headTasks = new Map<string, string>();
    const headSpecs = Object.entries(heads).flatMap(([task, head]) => {
      const specs = headParameters(encoder, method, head);
      for (const { name } of specs) headTasks.set(name, task);
      return specs;
    });
    let specs: readonly ParameterSpec[] = [
      ...(await encoderParameters(encoder, method)),
      ...method.parameters(target),
      ...headSpecs,
    ];
    if (target.tasks.length > 1 || method.trainsEncoder)
      specs = withTasks({ encoder, method, heads, target }, specs, frozen);
    if (!decays) specs = specs.map((spec) => ({ ...spec, decay: false }));
    const parameters = new Parameters(encoder.device, specs, seed);
    const model = new TrainableModel(options, parameters, headTasks);
    for (const { name, shape, values } of frozen)
      model.#frozen.set(name, encoder.device.upload(values, shape, { label: `sources/${name}` }));
    return model;
  }

  /** Names of the tasks; more than one only in joint training. */
  get tasks(): readonly string[] {
    return this.target.tasks;
  }

  /** Returns a task's head. @throws ArgumentError for an unknown task, or if no task is given and there are several */
  head(task: string = onlyTask(this.tasks)): Head {
    const head = Object.hasOwn(this.#heads, task) ? this.#heads[task] : undefined;
    if (head) return head;
    throw new ArgumentError(`the model has no task '${task}'; it has ${this.tasks.join(', ')}`);
  }

  /** Returns the number of trainable values of the method and of the heads. */
  count(): ParameterCount {
    return {
      method: this.parameters.count(({ name }) => !this.#headTasks.has(name)),
      head: this.parameters.count(({ name }) => this.#headTasks.has(name)),
    };
  }

  /** Returns the task whose head a parameter belongs to; undefined for parameters of the method. */
  headTask(name: string): string | undefined {
    return this.#headTasks.get(name);
  }

  /**
   * Builds the forward pass for a batch of a task, with dropout if given.
   *
   * @param weighted whether the loss weights rows by class
   */
  build(dropout?: Dropout, task: string = onlyTask(this.tasks), weighted = false): GraphParts {
    const { encoder, method, parameters, target } = this;
    return buildForward({
      ...{ encoder, method, target, task, weighted },
      head: this.head(task),
      parameter: (name) => parameters.tensor(name),
      frozen: (name): Tensor => {
        const tensor = this.#frozen.get(name);
        if (!tensor) throw new ArgumentError(`the method '${method.name}' has no frozen tensor '${name}'`);
        return variable(tensor);
      },
      trained: (name) => (parameters.has(name) ? parameters.tensor(name) : undefined),
      dropout,
    });
  }

  dispose(): void {
    this.parameters.dispose();
    for (const tensor of this.#frozen.values()) tensor.dispose();
  }
  [Symbol.dispose](): void {
    this.dispose();
  }
}

/** Returns the parameters of a head. Those that the method does not train keep the values of the checkpoint. */
function headParameters(
  { architecture, headWeights }: Encoder,
  { trainsHead }: Method,
  head: Head,
): readonly ParameterSpec[] {
  const specs = head.parameters(architecture);
  if (!trainsHead) return specs;
  const modules = headModules(head.options, architecture);
  return specs.map((spec) => {
    if (trainsHead(spec.name, modules, architecture)) return spec;
    const values = headWeights?.get(spec.name)?.data;
    return { ...spec, rate: 0, ...(values ? { init: { values } } : {}) };
  });
}

async function encoderParameters(
  encoder: Encoder,
  { trainsEncoder }: Method,
): Promise<readonly ParameterSpec[]> {
  if (!trainsEncoder) return [];
  const { architecture } = encoder;
  return encoder.parameters(trainsEncoder === true ? undefined : (name) => trainsEncoder(name, architecture));
}

function targetOf({ encoder, adapterName, heads }: TrainableModelOptions): MethodTarget {
  const tasks = Object.keys(heads);
  const { architecture, fingerprint, hubConfig } = encoder;
  return {
    ...{ encoder: architecture, encoderFingerprint: fingerprint, encoderConfig: hubConfig },
    ...{ adapterName, tasks },
  };
}

function onlyTask(tasks: readonly string[]): string {
  if (tasks.length === 1) return at(tasks, 0);
  throw new ArgumentError(`the model has several tasks; say which: ${tasks.join(', ')}`);
}

/**
 * Adds to each parameter the tasks whose steps update it: those whose loss depends on it. A graph on placeholders,
 * built once for each task, shows this. Parameters that no loss depends on are left out, such as an encoder's pooler
 * that no head uses.
 */
function withTasks(
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
