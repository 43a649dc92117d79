import type { DeviceTensor, Disposes } from '../devices/device.ts';
import { ArgumentError } from '../errors.ts';
import { variable } from '../graph/leaves.ts';
import type { Tensor } from '../graph/tensor.ts';
import type { Method, MethodCall, MethodTarget } from '../methods/method.ts';
import type { Dropout } from '../nn/dropout.ts';
import type { Encoder } from '../nn/encoder.ts';
import type { Head } from '../nn/head.ts';
import { Parameters } from '../nn/parameters.ts';

export interface TrainableModelOptions {
  /** Stays the caller's: disposing of the model leaves it alone. */
  readonly encoder: Encoder;
  readonly method: Method;
  readonly head: Head;
  readonly adapterName: string;
  readonly seed: number;
  /** Whether weight decay will apply; without it all parameters share one group. */
  readonly decays?: boolean;
}

/** What a forward pass gives. */
export interface GraphParts {
  readonly hiddenStates: readonly Tensor[];
  /** The pooler's output on the first tokens, where the encoder has one. */
  readonly pooled?: (first: Tensor) => Tensor;
  readonly cuSeqlens: Tensor;
  readonly logits: Tensor;
  /** Mean over the batch, `[]`, without the penalty. */
  readonly loss: Tensor;
  readonly penalty?: Tensor;
}

/** Encoder, method and head with their parameters on the device: what is trained, evaluated and saved. */
export class TrainableModel implements Disposes {
  readonly encoder: Encoder;
  readonly method: Method;
  readonly head: Head;
  readonly target: MethodTarget;
  readonly parameters: Parameters;
  readonly #frozen = new Map<string, DeviceTensor>();
  readonly #headNames: ReadonlySet<string>;

  private constructor(
    options: TrainableModelOptions,
    parameters: Parameters,
    headNames: ReadonlySet<string>,
  ) {
    this.encoder = options.encoder;
    this.method = options.method;
    this.head = options.head;
    this.target = targetOf(options);
    this.parameters = parameters;
    this.#headNames = headNames;
  }

  static async create(options: TrainableModelOptions): Promise<TrainableModel> {
    const { encoder, method, head, seed, decays = false } = options;
    const target = targetOf(options);
    // Built first: it is what checks that sources fit the encoder, before anything is put on the device.
    const frozen = method.frozen?.(target) ?? [];
    const headSpecs = head.parameters(encoder.shape);
    const specs = [
      ...(method.trainsEncoder ? await encoder.parameters() : []),
      ...method.parameters(target),
      ...headSpecs,
    ].map((spec) => (decays ? spec : { ...spec, decay: false }));
    const parameters = new Parameters(encoder.device, specs, seed);
    const model = new TrainableModel(options, parameters, new Set(headSpecs.map((spec) => spec.name)));
    for (const { name, shape, values } of frozen)
      model.#frozen.set(name, encoder.device.upload(values, shape, { label: `sources/${name}` }));
    return model;
  }

  /** Trainable values of the method and of the head. */
  count(): { readonly method: number; readonly head: number } {
    const isHead = (name: string): boolean => this.#headNames.has(name);
    return {
      method: this.parameters.count((spec) => !isHead(spec.name)),
      head: this.parameters.count((spec) => isHead(spec.name)),
    };
  }

  isHeadParameter(name: string): boolean {
    return this.#headNames.has(name);
  }

  /** The forward pass; with dropout when it is given. */
  build(dropout?: Dropout): GraphParts {
    const { encoder, method, head, parameters } = this;
    const parameter = (name: string): Tensor => parameters.tensor(name);
    const call: MethodCall = {
      ...this.target,
      parameter,
      frozen: (name) => {
        const tensor = this.#frozen.get(name);
        if (!tensor) throw new ArgumentError(`the method '${method.name}' has no frozen tensor '${name}'`);
        return variable(tensor);
      },
      ...(dropout ? { dropout } : {}),
    };
    const trained = (name: string): Tensor | undefined =>
      method.trainsEncoder && parameters.has(name) ? parameters.tensor(name) : undefined;
    const graph = encoder.build({ sites: method.sites(call), trained, ...(dropout ? { dropout } : {}) });
    const logits = head.logits({ encoder: encoder.shape, graph, parameter, ...(dropout ? { dropout } : {}) });
    const penalty = method.penalty?.(call);
    return { ...graph, logits, loss: head.loss(logits), ...(penalty ? { penalty } : {}) };
  }

  dispose(): void {
    this.parameters.dispose();
    for (const tensor of this.#frozen.values()) tensor.dispose();
  }
  [Symbol.dispose](): void {
    this.dispose();
  }
}

function targetOf({ encoder, adapterName }: TrainableModelOptions): MethodTarget {
  return { encoder: encoder.shape, encoderFingerprint: encoder.fingerprint, adapterName };
}
