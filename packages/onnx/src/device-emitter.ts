import type { Dim, HostValue, OnnxAttribute, OnnxValue } from '@scalearn/core/graph';
import { Emitter } from './emitter.ts';
import type { FrozenForm, FrozenPart } from './frozen/form.ts';
import type { ElementType } from './model.ts';

/** A graph input that the device computes for each run. */
export interface HostInput {
  readonly name: string;
  readonly value: HostValue;
}

const hostTypes: Record<HostValue['kind'], ElementType> = {
  dim: 'f32',
  shape: 'i64',
  padRows: 'i32',
  unpadRows: 'i32',
  paddingBias: 'f32',
  paddingValid: 'f32',
  dropoutMask: 'f32',
  attentionMask: 'f32',
};

function hostShape(value: HostValue): readonly Dim[] {
  if (value.kind === 'dim') return [];
  if (value.kind === 'shape') return [value.shape.length];
  if (value.kind === 'dropoutMask') return value.shape;
  if (value.kind === 'unpadRows') return ['tokens', value.parts * value.heads];
  const { group, window, scores } = value;
  const [B, S, K] = blockDims(group, window ?? (scores === undefined ? undefined : `${scores} scores`));
  switch (value.kind) {
    case 'padRows':
      return [B, value.heads, value.keys === undefined ? S : K];
    case 'paddingBias':
      return [B, 1, window === undefined ? 1 : S, K];
    case 'paddingValid':
      return [B, 1, S, 1];
    case 'attentionMask':
      return [B, value.heads, S, K];
  }
}

/** Returns the names of the numbers of blocks, their queries and their keys. */
const blockDims = (group: number, of: number | string | undefined): readonly [Dim, Dim, Dim] =>
  of === undefined
    ? [`sequences ${group}`, `longest ${group}`, `longest ${group}`]
    : [`blocks ${group} of ${of}`, `queries ${group} of ${of}`, `keys ${group} of ${of}`];

/** Collects a graph for the device. Values that must be computed outside the graph become inputs. */
export class DeviceEmitter extends Emitter {
  readonly groups = 4;
  readonly blockScores: number | undefined;
  readonly hostInputs: HostInput[] = [];
  readonly #frozen = new Map<OnnxValue, FrozenForm>();

  constructor(blockScores?: number) {
    super();
    this.blockScores = blockScores;
  }

  host(value: HostValue): OnnxValue {
    return this.once(`host ${JSON.stringify(value)}`, () => {
      const name = `${value.kind}_${this.hostInputs.length}`;
      this.hostInputs.push({ name, value });
      this.inputs.push({ name, type: hostTypes[value.kind], shape: hostShape(value) });
      return [name];
    })[0] as OnnxValue;
  }

  /** Adds inputs for the parts of a weight that is kept in a form of its own. Nodes read it by its name. */
  frozen(name: OnnxValue, form: FrozenForm, parts: Iterable<FrozenPart>): void {
    for (const { name: part, type, shape } of parts)
      this.inputs.push({ name: partName(name, part), type, shape });
    this.#frozen.set(name, form);
  }

  override read(value: OnnxValue): OnnxValue {
    return this.#frozen.get(value)?.whole(this, (part) => partName(value, part)) ?? value;
  }

  /** Writes a product with a frozen weight, or the rows of one, in its form; undefined for other nodes. */
  protected override special(
    type: string,
    [first = '', second = '', bias]: readonly OnnxValue[],
    { transA = 0, transB = 0 }: Readonly<Record<string, OnnxAttribute>>,
  ): OnnxValue | undefined {
    if (type === 'Gather')
      return this.#frozen.get(first)?.rows(this, (part) => partName(first, part), second);
    if (type !== 'Gemm' || transA !== 0) return undefined;
    const product = { x: first, bias, transposed: transB === 1 };
    return this.#frozen.get(second)?.product?.(this, (part) => partName(second, part), product);
  }
}

/** Returns the name of the input for a part of a frozen weight. */
export const partName = (weight: OnnxValue, part: string): OnnxValue => `${weight} ${part}`;
