import type { Dim, HostValue, OnnxAttribute, OnnxValue } from '@scalearn/core/graph';
import { Emitter } from '../emitter.ts';
import { elementTypes, type ModelConstant } from '../model.ts';
import { OnnxExportError } from './errors.ts';
import { paddingBias, padRows, rowCount, tokenCount, unpadRows } from './ragged.ts';
import { blockBias, padBlockRows, unpadBlockRows } from './ragged-blocks.ts';
import { type FormatEmitter, f32, type Weight, type WeightFormat } from './weight-format.ts';

/**
 * Collects a graph for any ONNX runtime. It uses only standard operators. Values that the onnx device computes on the
 * host are computed in the graph from the attention mask.
 */
export class PaddedEmitter extends Emitter implements FormatEmitter {
  // A call has few texts, so the nodes of more groups would cost as much as they save.
  readonly groups = 1;
  readonly #format: WeightFormat;
  readonly #weights = new Map<OnnxValue, { readonly weight: Weight; readonly format: WeightFormat }>();

  constructor(format: WeightFormat) {
    super();
    this.#format = format;
  }

  /**
   * Returns a weight as a value. It is stored when a node reads it, in the form that suits this node.
   *
   * @param isFormatted whether it may be stored in the emitter's format; otherwise it is f32
   */
  weight(weight: Weight, isFormatted: boolean): OnnxValue {
    this.#weights.set(weight.name, { weight, format: isFormatted ? this.#format : f32 });
    return weight.name;
  }

  store(name: string, make: () => Omit<ModelConstant, 'name'>): OnnxValue {
    return this.once(`stored ${name}`, () => {
      this.constants.push({ name, ...make() });
      return [name];
    })[0] as OnnxValue;
  }

  override read(value: OnnxValue): OnnxValue {
    const stored = this.#weights.get(value);
    return stored ? stored.format.whole(this, stored.weight) : value;
  }

  /** Writes a linear layer, or the rows of a table, in the form of its weight, and products without FusedMatMul. */
  protected override special(
    type: string,
    inputs: readonly OnnxValue[],
    attributes: Readonly<Record<string, OnnxAttribute>>,
  ): OnnxValue | undefined {
    if (type === 'FusedMatMul') return this.#matMul(inputs, attributes);
    const { transA = 0, transB = 0 } = attributes;
    const [first = '', second = '', bias] = inputs;
    const table = this.#weights.get(first);
    if (type === 'Gather' && table) return table.format.rows?.(this, table.weight, second);
    const stored = this.#weights.get(second);
    if (type !== 'Gemm' || !stored || table || transA !== 0 || transB !== 1) return undefined;
    const product = stored.format.product?.(this, stored.weight, first);
    return product !== undefined && bias !== undefined ? this.node('Add', [product, bias]) : product;
  }

  host(value: HostValue): OnnxValue {
    switch (value.kind) {
      case 'dim':
        return this.node('Cast', [this.node('Squeeze', [this.#size(value.dim)])], { to: elementTypes.f32 });
      case 'shape': {
        const sizes = value.shape.map((dim) => this.#size(dim));
        return this.node('Concat', sizes, { axis: 0 });
      }
      case 'padRows': {
        const { heads, part, parts, window, keys } = value;
        if (window === undefined) return padRows(this, heads, part, parts);
        return padBlockRows(this, window, keys !== undefined, heads, part, parts);
      }
      case 'unpadRows': {
        const { heads, parts, window, keys } = value;
        if (parts !== 1 || keys !== undefined) break;
        return window === undefined ? unpadRows(this, heads) : unpadBlockRows(this, window, heads);
      }
      case 'paddingBias':
        return value.window === undefined ? paddingBias(this) : blockBias(this, value.window);
    }
    throw new OnnxExportError(
      `only a forward pass can be exported, without dropout; this one has ${value.kind}`,
    );
  }

  /** Returns a dimension as int64 `[1]`. */
  #size(dim: Dim): OnnxValue {
    if (typeof dim === 'number') return this.ints(dim);
    if (dim === 'sequences') return rowCount(this);
    if (dim === 'tokens') return tokenCount(this);
    throw new OnnxExportError(`a classifier's texts have no dimension '${dim}'`);
  }

  /** Adds `alpha · op(a) · op(b)`, where op may transpose the last two of four axes. */
  #matMul([a, b]: readonly OnnxValue[], attributes: Readonly<Record<string, OnnxAttribute>>): OnnxValue {
    const { transA = 0, transB = 0, alpha } = attributes;
    const op = (x: OnnxValue, transposes: OnnxAttribute): OnnxValue =>
      transposes === 1 ? this.node('Transpose', [x], { perm: [0, 1, 3, 2] }) : x;
    const left = op(a as OnnxValue, transA);
    const factor = typeof alpha === 'object' && 'float' in alpha ? alpha.float : 1;
    const scaled = factor === 1 ? left : this.node('Mul', [left, this.scalar(factor)]);
    return this.node('MatMul', [scaled, op(b as OnnxValue, transB)]);
  }
}
