import type { Tensor } from '../graph/tensor.ts';
import type { Method, MethodCall, MethodTarget } from '../methods/method.ts';
import type { Dropout } from '../nn/dropout.ts';
import type { Encoder } from '../nn/encoder.ts';
import type { Head } from '../nn/head.ts';

/** The outputs of a forward pass. */
export interface GraphParts {
  /** The hidden states after the embeddings and after each layer, each `[tokens, hidden]`. */
  readonly hiddenStates: readonly Tensor[];
  /** What heads read: the last hidden state, or its norm, `[tokens, hidden]`. */
  readonly output: Tensor;
  /** The pooler applied to the first tokens, if the encoder has one. */
  readonly pooled?: (first: Tensor) => Tensor;
  /** The start of each sequence and the end of the last one, i32 `[boundaries]`. */
  readonly cuSeqlens: Tensor;
  /** Logits, `[sequences, outputs]`, or `[examples, choices]` for multiple choice. */
  readonly logits: Tensor;
  /** Mean loss over the batch, `[]`, without the penalty. */
  readonly loss: Tensor;
  /** The method's penalty, `[]`; absent if it has none. */
  readonly penalty?: Tensor;
}

/** The arguments from which a forward pass is built. */
export interface ForwardCall extends Pick<MethodCall, 'task' | 'parameter' | 'frozen'> {
  readonly encoder: Encoder;
  readonly method: Method;
  readonly target: MethodTarget;
  readonly head: Head;
  /** Returns the tensor of an encoder weight that is trained; undefined for frozen weights. */
  trained(name: string): Tensor | undefined;
  /** Absent in evaluation. */
  readonly dropout?: Dropout;
  /** Whether the loss weights rows by class. */
  readonly weighted?: boolean;
}

/** Builds encoder, method and head as one graph. */
export function buildForward(call: ForwardCall): GraphParts {
  const { encoder, method, target, head, task, parameter, frozen, dropout } = call;
  const methodCall: MethodCall = { ...target, task, parameter, frozen, dropout };
  const sites = method.sites(methodCall);
  const graph = encoder.build({
    sites,
    trained: (name) => (method.trainsEncoder ? call.trained(name) : undefined),
    dropout,
  });
  const logits = head.logits({
    ...{ encoder: encoder.architecture, graph, parameter, dropout },
    adapt: (path, output, input) => sites.linear?.(output, { input, parts: [path] }) ?? output,
  });
  const penalty = method.penalty?.(methodCall);
  return { ...graph, logits, loss: head.loss(logits, call.weighted), ...(penalty ? { penalty } : {}) };
}
