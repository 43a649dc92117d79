import type { CompileOptions, Device, Program } from '../devices/device.ts';
import type { Graph } from '../graph/graph.ts';
import type { Tensor } from '../graph/tensor.ts';
import type { Method, MethodCall, MethodTarget } from '../methods/method.ts';
import type { Dropout } from '../nn/dropout.ts';
import type { Encoder } from '../nn/encoder.ts';
import type { Head } from '../nn/head.ts';

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

/** What a forward pass is built from. */
export interface ForwardCall extends Pick<MethodCall, 'task' | 'parameter' | 'frozen'> {
  readonly encoder: Encoder;
  readonly method: Method;
  readonly target: MethodTarget;
  readonly head: Head;
  /** The encoder's own weights that train. */
  trained(name: string): Tensor | undefined;
  /** Absent in evaluation. */
  readonly dropout?: Dropout;
  /** Whether the loss weights rows by their classes. */
  readonly weighted?: boolean;
}

/** Encoder, method and head as one graph. */
export function buildForward(call: ForwardCall): GraphParts {
  const { encoder, method, target, head, task, parameter, frozen } = call;
  const dropout = call.dropout ? { dropout: call.dropout } : {};
  const methodCall: MethodCall = { ...target, task, parameter, frozen, ...dropout };
  const graph = encoder.build({
    sites: method.sites(methodCall),
    trained: (name) => (method.trainsEncoder ? call.trained(name) : undefined),
    ...dropout,
  });
  const logits = head.logits({ encoder: encoder.architecture, graph, parameter, ...dropout });
  const penalty = method.penalty?.(methodCall);
  return { ...graph, logits, loss: head.loss(logits, call.weighted), ...(penalty ? { penalty } : {}) };
}

/** Compiles a graph. Beginning and end are told even where the device says nothing in between. */
export async function compileWithProgress(
  device: Device,
  graph: Graph,
  options: CompileOptions,
): Promise<Program> {
  options.onProgress?.(0, 1);
  const program = await device.compile(graph, options);
  options.onProgress?.(1, 1);
  return program;
}
