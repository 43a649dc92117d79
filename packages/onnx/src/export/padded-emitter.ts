import type { Dim, HostValue, OnnxAttribute, OnnxValue } from '@scalearn/core/graph';
import { Emitter } from '../emitter.ts';
import { elementTypes } from '../model.ts';
import { OnnxExportError } from './errors.ts';
import { paddingBias, padRows, rowCount, tokenCount, unpadRows } from './ragged.ts';

/**
 * Collects a graph for any ONNX runtime. It uses only standard operators. Values that the onnx device computes on the
 * host are computed in the graph from the attention mask.
 */
export class PaddedEmitter extends Emitter {
  // A call has few texts, so the nodes of more groups would cost as much as they save.
  readonly groups = 1;
  /** Names of constants that are f16. */
  readonly #halves = new Set<OnnxValue>();

  /** Stores values in the model. f16 values, given as bit patterns, are converted to f32 where they are read. */
  store(name: string, shape: readonly number[], data: Float32Array | Uint16Array): OnnxValue {
    const isHalf = data instanceof Uint16Array;
    this.constants.push({ name, type: isHalf ? 'f16' : 'f32', shape, data });
    if (isHalf) this.#halves.add(name);
    return name;
  }

  override nodes(
    type: string,
    inputs: readonly OnnxValue[],
    outputs: number,
    attributes: Record<string, OnnxAttribute> = {},
  ): readonly OnnxValue[] {
    if (type === 'FusedMatMul') return [this.#matMul(inputs, attributes)];
    const [table, ...rest] = inputs;
    // Only the rows of a table that are read are converted to f32.
    if (type === 'Gather' && table !== undefined && this.#halves.has(table))
      return super.nodes(type, [table, ...rest], outputs, attributes).map((rows) => this.#widen(rows));
    return super.nodes(
      type,
      inputs.map((name) => (this.#halves.has(name) ? this.#widen(name) : name)),
      outputs,
      attributes,
    );
  }

  host(value: HostValue): OnnxValue {
    switch (value.kind) {
      case 'dim':
        return this.#widen(this.node('Squeeze', [this.#size(value.dim)]));
      case 'shape': {
        const sizes = value.shape.map((dim) => this.#size(dim));
        return this.node('Concat', sizes, { axis: 0 });
      }
      case 'padRows':
        return padRows(this, value.heads, value.part, value.parts);
      case 'unpadRows':
        if (value.parts === 1) return unpadRows(this, value.heads);
        break;
      case 'paddingBias':
        return paddingBias(this);
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

  #widen(value: OnnxValue): OnnxValue {
    return super.nodes('Cast', [value], 1, { to: elementTypes.f32 })[0] as OnnxValue;
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
