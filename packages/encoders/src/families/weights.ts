/** One tensor of an encoder as its graph uses it. */
export interface WeightSpec {
  /** Name in the graph, without prefix, e.g. `encoder.layer.0.attention.self.qkv.weight`. */
  readonly name: string;
  readonly shape: readonly number[];
  /** Keys of its parts on disk, without prefix, stacked along the first axis. */
  readonly parts: readonly string[];
  /** First values, where it is not read: N(0, σ²) with the configuration's σ, or a constant. Weight decay is for `normal`. */
  readonly initial: 'normal' | 'zeros' | 'ones';
  /** A checkpoint may lack it: all optional ones, or none. */
  readonly optional?: boolean;
}

/** A tensor that lies on disk under its own name. */
export function weightSpec(
  name: string,
  shape: readonly number[],
  initial: WeightSpec['initial'] = 'normal',
): WeightSpec {
  return { name, shape, parts: [name], initial };
}

/** `[outputs, inputs]`, and a bias `[outputs]`. */
export function linearWeights(name: string, outputs: number, inputs: number): WeightSpec[] {
  return [weightSpec(`${name}.weight`, [outputs, inputs]), weightSpec(`${name}.bias`, [outputs], 'zeros')];
}

/** Linear layers on one input as one matrix, so that one product gives all of them: `[parts · outputs, inputs]`. */
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

/** Gain and bias of a layer norm, `[size]` each. */
export function normWeights(name: string, size: number): WeightSpec[] {
  return [weightSpec(`${name}.weight`, [size], 'ones'), weightSpec(`${name}.bias`, [size], 'zeros')];
}
