import { ScalearnError } from '../../../errors.ts';
import type { Size } from '../../../graph/kernel.ts';
import { constantSize, elements } from '../../../graph/launch.ts';
import { countKey, type Shape } from '../../../graph/shape.ts';
import type { Tensor, Value } from '../../../graph/tensor.ts';
import { wgsl } from '../../../graph/wgsl.ts';
import { isHalf, placeOf } from '../plan/values.ts';
import { type LibraryFunction, libraryText } from './library.ts';

/** A buffer binding of a kernel. */
export interface Binding {
  readonly name: string;
  /** The bound array: never an alias; the variable where a result is written in place. */
  readonly root: Value;
  /** Index of the first element. */
  readonly offset: number;
  readonly kind: 'storage' | 'uniform';
  readonly writes: boolean;
}

interface OpenBinding {
  readonly name: string;
  readonly root: Value;
  readonly offset: number;
  readonly element: 'f32' | 'f16' | 'i32';
  reads: boolean;
  writes: boolean;
  /** Whether it is accessed one element at a time (`narrow`) or four at a time (`wide`). */
  narrow: boolean;
  wide: boolean;
}

/** Collects the declarations of a WGSL module: buffers, sizes and library functions, each declared on first use. */
export class ModuleText {
  readonly #bindings = new Map<string, OpenBinding>();
  readonly #ids = new Map<Value, number>();
  readonly #randoms = new Map<Value, string>();
  readonly #sizes = new Map<string, { readonly field: string; readonly size: Size }>();
  readonly #library = new Map<string, LibraryFunction | undefined>();
  readonly #inPlace: ReadonlyMap<Value, Tensor>;
  /** Whether fixed sizes are literals in the text: divisions are faster, but every size needs its own pipeline. */
  readonly literalSizes: boolean;

  constructor(inPlace: ReadonlyMap<Value, Tensor>, literalSizes: boolean) {
    this.#inPlace = inPlace;
    this.literalSizes = literalSizes;
  }

  #bind(value: Value): OpenBinding {
    const place = placeOf(value);
    const root = this.#inPlace.get(place.root) ?? place.root;
    const id = this.#ids.get(root) ?? this.#ids.size;
    this.#ids.set(root, id);
    const key = `${id}@${place.offset}`;
    let binding = this.#bindings.get(key);
    if (!binding) {
      const name = `b${this.#bindings.size}`;
      const state = { reads: false, writes: false, narrow: false, wide: false };
      binding = { name, root, offset: place.offset, element: isHalf(root) ? 'f16' : root.dtype, ...state };
      this.#bindings.set(key, binding);
    }
    return binding;
  }

  /** Returns the text that loads one element of a stored value. */
  load(value: Value, index: string): string {
    const binding = this.#bind(value);
    binding.reads = true;
    binding.narrow = true;
    return `${binding.name}At(${index})`;
  }

  /** Returns the text that loads four elements, by index / 4. */
  load4(value: Value, index4: string): string {
    const binding = this.#bind(value);
    binding.reads = true;
    binding.wide = true;
    return `${binding.name}At4(${index4})`;
  }

  store(value: Value, index: string, text: string): string {
    const binding = this.#bind(value);
    binding.writes = true;
    binding.narrow = true;
    return `${binding.name}[${index}] = ${text};`;
  }

  store4(value: Value, index4: string, text: string): string {
    const binding = this.#bind(value);
    binding.writes = true;
    binding.wide = true;
    return `${binding.name}[${index4}] = ${text};`;
  }

  /** Returns the text of the random state, a `vec4i`. */
  random(value: Value): string {
    const name = this.#randoms.get(value) ?? `random${this.#randoms.size}`;
    this.#randoms.set(value, name);
    return name;
  }

  /** Returns the text of a kernel's own size, by its name. */
  size(name: string, size: Size): string {
    this.#sizes.set(name, { field: name, size });
    return `sizes.${name}`;
  }

  /** Returns the text of a size that the planner adds, by its key. */
  planned(key: string, size: Size): string {
    const found = this.#sizes.get(key);
    if (found) return `sizes.${found.field}`;
    const field = `d${this.#sizes.size}`;
    this.#sizes.set(key, { field, size });
    return `sizes.${field}`;
  }

  /** Returns the text of the number of elements of a shape, or of some of its axes. */
  count(shape: Shape): string {
    const fixed = shape.every((dim) => typeof dim === 'number');
    const key = countKey(shape);
    if (key === '1' || (fixed && this.literalSizes)) return `${key}u`;
    return this.planned(`count ${key}`, fixed ? constantSize(Number(key)) : elements(shape));
  }

  /** Makes a function available: a library function, or the given one. */
  use(name: string, own?: LibraryFunction): void {
    this.#library.set(name, own);
  }

  /** Returns all declarations, the bindings and the sizes. The sizes, if any, are bound first. */
  finish(): { declarations: string; bindings: readonly Binding[]; sizes: readonly Size[] } {
    const lines: string[] = [];
    let slot = 0;
    if (this.#sizes.size > 0) {
      const fields = [...this.#sizes.values()].map(({ field }) => `${field}: u32`).join(', ');
      lines.push(`struct Sizes { ${fields} }`, `@group(0) @binding(${slot++}) var<uniform> sizes: Sizes;`);
    }
    const bindings: Binding[] = [];
    for (const binding of this.#bindings.values()) {
      lines.push(`@group(0) @binding(${slot++}) ${declaration(binding)}`);
      const { name, root, offset, writes } = binding;
      bindings.push({ name, root, offset, kind: 'storage', writes });
    }
    for (const [root, name] of this.#randoms) {
      lines.push(`@group(0) @binding(${slot++}) var<uniform> ${name}: vec4i;`);
      bindings.push({ name, root, offset: 0, kind: 'uniform', writes: false });
    }
    for (const binding of this.#bindings.values()) if (binding.reads) lines.push(accessors(binding));
    if (this.#library.size > 0) lines.push(libraryText(this.#library));
    return {
      declarations: lines.join('\n'),
      bindings,
      sizes: [...this.#sizes.values()].map(({ size }) => size),
    };
  }
}

function declaration({ name, element, wide, narrow, writes }: OpenBinding): string {
  if (wide && narrow && writes)
    throw new ScalearnError(`${name} is written both one and four elements at a time, which may lose writes`);
  const types = wide ? { f32: 'vec4f', f16: 'vec2u', i32: 'vec4i' } : { f32: 'f32', f16: 'u32', i32: 'i32' };
  return `var<storage, ${writes ? 'read_write' : 'read'}> ${name}: array<${types[element]}>;`;
}

/** Returns functions that read elements of any element type. f16 values are stored in pairs. */
function accessors({ name, element, wide, narrow }: OpenBinding): string {
  const lines: string[] = [];
  if (narrow) {
    const texts = {
      f32: wide ? `${name}[i >> 2u][i & 3u]` : `${name}[i]`,
      i32: wide ? `${name}[i >> 2u][i & 3u]` : `${name}[i]`,
      f16: `unpack2x16float(${wide ? `${name}[i >> 2u][(i >> 1u) & 1u]` : `${name}[i >> 1u]`})[i & 1u]`,
    };
    lines.push(`fn ${name}At(i: u32) -> ${element === 'i32' ? 'i32' : 'f32'} { return ${texts[element]}; }`);
  }
  if (wide && element === 'f16')
    lines.push(wgsl`fn ${name}At4(i: u32) -> vec4f {
  let pair = ${name}[i];
  return vec4f(unpack2x16float(pair.x), unpack2x16float(pair.y));
}`);
  else if (wide)
    lines.push(`fn ${name}At4(i: u32) -> ${element === 'i32' ? 'vec4i' : 'vec4f'} { return ${name}[i]; }`);
  return lines.join('\n');
}
