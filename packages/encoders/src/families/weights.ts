/** One tensor of an encoder in the form that its graph uses. */
export interface WeightSpec {
  /** Name in the graph, without prefix, e.g. `encoder.layer.0.attention.self.qkv.weight`. */
  readonly name: string;
  /** Sizes of the dimensions. */
  readonly shape: readonly number[];
  /** Keys of its parts on disk, without prefix. The parts are stacked along the first axis. */
  readonly parts: readonly string[];
  /**
   * Initial values if it is not read: N(0, σ²) with the configuration's σ, or a constant. Only `normal` weights decay.
   */
  readonly initial: 'normal' | 'zeros' | 'ones';
  /** Whether it is the matrix of linear layers, one for each part, by whose names methods adapt them; by default it is not. */
  readonly linear?: true;
  /** Whether it stays as it is when the encoder trains; by default it does not. */
  readonly fixed?: boolean;
  /** Whether a checkpoint may lack it; by default it may not. Either all optional tensors are missing, or none. */
  readonly optional?: boolean;
}

/** Returns a tensor that is stored under its own name. */
export function weightSpec(
  name: string,
  shape: readonly number[],
  initial: WeightSpec['initial'] = 'normal',
): WeightSpec {
  return { name, shape, parts: [name], initial };
}

/** Returns a weight `[outputs, inputs]` and, unless it has none, a bias `[outputs]`. */
export function linearWeights(name: string, outputs: number, inputs: number, hasBias = true): WeightSpec[] {
  const weight: WeightSpec = { ...weightSpec(`${name}.weight`, [outputs, inputs]), linear: true };
  return hasBias ? [weight, weightSpec(`${name}.bias`, [outputs], 'zeros')] : [weight];
}

/**
 * Returns linear layers on one input as one matrix `[parts · outputs, inputs]`, so that one product computes all of
 * them.
 */
export function stackedWeights(
  name: string,
  parts: readonly string[],
  outputs: number,
  inputs: number,
): WeightSpec[] {
  const rows = parts.length * outputs;
  return linearWeights(name, rows, inputs).map((spec) => ({
    ...spec,
    parts: parts.map((part) => `${part}${spec.name.slice(name.length)}`),
  }));
}

/** Returns the gain of a layer norm and, unless it has none, its bias, `[size]` each. */
export function normWeights(name: string, size: number, hasBias = true): WeightSpec[] {
  const gain = weightSpec(`${name}.weight`, [size], 'ones');
  return hasBias ? [gain, weightSpec(`${name}.bias`, [size], 'zeros')] : [gain];
}
