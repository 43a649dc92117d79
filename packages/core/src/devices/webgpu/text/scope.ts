import { at } from '../../../elements.ts';
import { ScalearnError } from '../../../errors.ts';
import type { Lanes } from '../../../graph/kernel.ts';
import { constantSize } from '../../../graph/launch.ts';
import { countKey, type Shape } from '../../../graph/shape.ts';
import type { Tensor, Value } from '../../../graph/tensor.ts';
import { floatBits } from '../../../graph/wgsl.ts';
import { dropoutThreshold } from '../../../random/dropout-mask.ts';
import { isAligned } from '../plan/group.ts';
import { broadcastKind, elementwiseOf, type Inline, inlineOf, paddedShape, placeOf } from '../plan/values.ts';
import { expressionText } from './expression.ts';
import type { ModuleText } from './module-text.ts';

/** Builds the body of a function that computes elementwise tensors at one position, one or four elements at a time. */
export class Scope {
  readonly lines: string[] = [];
  readonly #module: ModuleText;
  readonly #lanes: Lanes;
  readonly #names = new Map<string, string>();
  readonly #registers = new Map<Value, string>();
  /** Row and column variables, by the width of the rows. */
  readonly #positions = new Map<string, { row: string; column: string }>();

  /** @param native a shape for which the variables `row` and `column` exist; `flat` always exists */
  constructor(module: ModuleText, lanes: Lanes, native?: Shape) {
    this.#module = module;
    this.#lanes = lanes;
    if (native) this.#positions.set(countKey(native.slice(-1)), { row: 'row', column: 'column' });
  }

  /** Registers the variable that holds a value. */
  register(value: Value, name: string): void {
    this.#registers.set(value, name);
  }

  /** Returns the variable that holds a registered value. */
  registered(value: Value): string {
    const name = this.#registers.get(value);
    if (name === undefined) throw new ScalearnError('a fused value is used before it is computed');
    return name;
  }

  /** Computes tensors in order. Later ones may read earlier ones. */
  compute(tensors: readonly Tensor[]): void {
    for (const tensor of tensors) {
      const inline = inlineOf(tensor);
      const text = inline ? this.#inline(inline, tensor, tensor.shape) : this.#elementwise(tensor);
      this.#registers.set(tensor, this.#define(text));
    }
  }

  /** Returns the text of a value as an operand of a tensor of the given shape. */
  operand(value: Value, shape: Shape): string {
    const register = this.#registers.get(placeOf(value).root);
    if (register !== undefined && isAligned(value, shape)) return register;
    const inline = inlineOf(value);
    if (inline) return this.#inline(inline, value, shape);
    const { index, splat } = this.#index(value.shape, shape);
    if (splat) return this.#splat(this.#define(this.#module.load(value, index), 'f32'));
    return this.#define(
      this.#lanes === 4 ? this.#module.load4(value, quarter(index)) : this.#module.load(value, index),
    );
  }

  #elementwise(tensor: Tensor): string {
    const form = elementwiseOf(tensor);
    if (!form) throw new ScalearnError('a fused value is not an expression');
    const { expression, shape } = form;
    return expressionText(expression, {
      lanes: this.#lanes,
      define: (text) => this.#define(text),
      input: (i) => this.operand(at(tensor.node.inputs, i), shape),
      dim: (dim) => this.#module.count([dim]),
      use: (name, own) => this.#module.use(name, own),
    });
  }

  #inline(inline: Inline, value: Value, shape: Shape): string {
    if (inline.kind === 'constant')
      return expressionText(inline.expression, {
        lanes: this.#lanes,
        define: (text) => this.#define(text),
        input: () => '',
        dim: (dim) => this.#module.count([dim]),
        use: (name, own) => this.#module.use(name, own),
      });
    const { form, node, random } = inline;
    const { row, column, splat } = this.#maskPosition(form.shape, value.shape, shape);
    const lanes = splat ? 1 : this.#lanes;
    this.#module.use(`dropout${lanes}`);
    const bits = floatBits(1 / (1 - form.probability));
    const size = (what: string, number: number): string =>
      this.#module.planned(`${what} ${node.id}`, constantSize(number));
    const text = `dropout${lanes}(${row}, ${column}, ${size('stream', form.stream)}, ${size(
      'threshold',
      dropoutThreshold(form.probability),
    )}, bitcast<f32>(${size('kept', bits)}), ${this.#module.random(random)})`;
    return splat ? this.#splat(this.#define(text, 'f32')) : this.#define(text);
  }

  /** Returns the row and column, in a mask's own shape, of the element that an operand of `shape` reads. */
  #maskPosition(mask: Shape, operand: Shape, shape: Shape): { row: string; column: string; splat: boolean } {
    if (broadcastKind(operand, shape) === 'same') return { ...this.#position(mask), splat: false };
    const { index, splat } = this.#index(operand, shape);
    const width = this.#module.count(mask.slice(-1));
    const row = this.#define(`${index} / ${width}`, 'u32');
    return { row, column: this.#define(`${index} - ${row} * ${width}`, 'u32'), splat };
  }

  /** Returns the row and column of the current element in a shape with as many elements as the native shape. */
  #position(shape: Shape): { row: string; column: string } {
    const key = countKey(shape.slice(-1));
    let position = this.#positions.get(key);
    if (!position) {
      const width = this.#module.count(shape.slice(-1));
      const row = key === '1' ? 'flat' : this.#define(`flat / ${width}`, 'u32');
      position = { row, column: key === '1' ? '0u' : this.#define(`flat - ${row} * ${width}`, 'u32') };
      this.#positions.set(key, position);
    }
    return position;
  }

  /** Returns the flat index at which a broadcast operand is read, and whether all lanes read the same element. */
  #index(operand: Shape, shape: Shape): { index: string; splat: boolean } {
    switch (broadcastKind(operand, shape)) {
      case 'same':
        return { index: 'flat', splat: false };
      case 'scalar':
        return { index: '0u', splat: true };
      case 'row':
        return { index: this.#position(shape).column, splat: false };
      case 'column':
        return { index: this.#position(shape).row, splat: true };
      case 'general':
        return this.#generalIndex(operand, shape);
    }
  }

  #generalIndex(operand: Shape, shape: Shape): { index: string; splat: boolean } {
    const own = paddedShape(operand, shape.length);
    const last = shape.length - 1;
    const position = this.#position(shape);
    const terms = own[last] === 1 ? [] : [position.column];
    let rest = position.row;
    for (let axis = last - 1; axis >= 0; axis--) {
      let coordinate = rest;
      if (axis > 0) {
        const dim = this.#module.count([at(shape, axis)]);
        const quotient = this.#define(`${rest} / ${dim}`, 'u32');
        coordinate = this.#define(`${rest} - ${quotient} * ${dim}`, 'u32');
        rest = quotient;
      }
      if (own[axis] === 1) continue;
      terms.push(this.#define(`${coordinate} * ${this.#module.count(own.slice(axis + 1))}`, 'u32'));
    }
    return { index: this.#define(terms.join(' + '), 'u32'), splat: own[last] === 1 };
  }

  #splat(text: string): string {
    return this.#lanes === 4 ? this.#define(`vec4f(${text})`) : text;
  }

  #define(text: string, kind: 'f32' | 'u32' | 'value' = 'value'): string {
    if (/^\w+$/.test(text)) return text;
    const known = this.#names.get(text);
    if (known) return known;
    const name = `${kind === 'u32' ? 'i' : 'v'}${this.#names.size}`;
    this.#names.set(text, name);
    this.lines.push(`  let ${name} = ${text};`);
    return name;
  }
}

/** Returns the text of an index, a multiple of four, divided by four. */
export function quarter(index: string): string {
  return /^\w+$/.test(index) ? `${index} >> 2u` : `(${index}) >> 2u`;
}

/** Returns whether elementwise tensors can be computed four neighbors at a time at every position. */
export function areVectorizable(tensors: readonly Tensor[]): boolean {
  const wide = (shape: Shape): boolean => {
    const width = shape.at(-1);
    return typeof width === 'number' && width % 4 === 0;
  };
  return tensors.every((tensor) => {
    const inline = inlineOf(tensor);
    if (inline) return inline.kind === 'constant' || wide(inline.form.shape);
    return tensor.node.inputs.every((operand) => {
      const kind = broadcastKind(operand.shape, tensor.shape);
      const source = inlineOf(operand);
      if (source?.kind === 'constant' || kind === 'scalar') return true;
      if (source && !wide(source.form.shape)) return false;
      return kind === 'same' || wide(tensor.shape);
    });
  });
}
