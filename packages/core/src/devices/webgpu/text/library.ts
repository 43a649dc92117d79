import { type WgslForm, wgslForms } from '../../../graph/function-faces.ts';
import {
  type BinaryFunction,
  binaryFunctions,
  type UnaryFunction,
  unaryFunctions,
} from '../../../graph/scalar.ts';
import { wgsl } from '../../../graph/wgsl.ts';

/** WGSL functions that kernels call by name; each module contains only those it uses. */
export interface LibraryFunction {
  readonly needs: readonly string[];
  readonly text: string;
}

/** Returns a numeric function for f32 (`name1`) or four lanes (`name4`). It calls functions of the same lanes. */
export function lanesText(
  name: string,
  parameters: readonly string[],
  { needs, body }: { readonly needs: readonly string[]; body(form: WgslForm): string },
  form: WgslForm,
): LibraryFunction {
  const { lanes, type } = form;
  const head = `fn ${name}${lanes}(${parameters.map((p) => `${p}: ${type}`).join(', ')}) -> ${type}`;
  return { needs: needs.map((callee) => `${callee}${lanes}`), text: `${head} {\n${body(form)}\n}` };
}

/** Returns {@link lanesText} for one lane and for four lanes. */
function bothLanes(
  name: string,
  parameters: readonly string[],
  needs: readonly string[],
  body: (form: WgslForm) => string,
): Record<string, LibraryFunction> {
  const text = (lanes: 1 | 4): LibraryFunction =>
    lanesText(name, parameters, { needs, body }, wgslForms[lanes]);
  return { [`${name}1`]: text(1), [`${name}4`]: text(4) };
}

/** The functions of expressions that have no operator or built-in in WGSL. */
const ofTable = (
  table: readonly (UnaryFunction | BinaryFunction)[],
  parameters: readonly string[],
): Record<string, LibraryFunction> =>
  Object.assign(
    {},
    ...table.map(({ name, wgsl: face }) =>
      'body' in face ? bothLanes(name, parameters, face.needs, face.body) : {},
    ),
  );

const library: Readonly<Record<string, LibraryFunction>> = {
  // x where it is NaN, else y. It tests the bits, because compilers may assume that `x != x` is false.
  ...bothLanes(
    'nanOr',
    ['x', 'y'],
    [],
    ({ bits }) =>
      `  return select(y, x, (bitcast<${bits}>(x) & ${bits}(0x7fffffffu)) > ${bits}(0x7f800000u));`,
  ),
  // 0 · x, which is NaN where x is NaN or infinite. Compilers may assume that it is 0.
  ...bothLanes(
    'timesZero',
    ['x'],
    [],
    ({ type, bits }) => wgsl`  let own = bitcast<${bits}>(x);
  let isFinite = (own & ${bits}(0x7f800000u)) != ${bits}(0x7f800000u);
  return select(bitcast<${type}>(own | ${bits}(0x7fc00000u)), ${type}(0f), isFinite);`,
  ),
  ...ofTable(unaryFunctions, ['x']),
  ...ofTable(binaryFunctions, ['x', 'y']),

  multiplyHigh: {
    needs: [],
    text: wgsl`// High 32 bits of a product, from products of 16-bit halves.
fn multiplyHigh(a: u32, b: u32) -> u32 {
  let low = (a & 0xffffu) * (b & 0xffffu);
  let middle = (a >> 16u) * (b & 0xffffu) + (low >> 16u);
  let cross = (a & 0xffffu) * (b >> 16u) + (middle & 0xffffu);
  return (a >> 16u) * (b >> 16u) + (middle >> 16u) + (cross >> 16u);
}`,
  },
  philox: {
    needs: ['multiplyHigh'],
    text: wgsl`// Philox4x32-10.
fn philox(counter: vec4u, seed: vec2u) -> vec4u {
  var c = counter;
  var key = seed;
  for (var round = 0u; round < 10u; round++) {
    c = vec4u(
      multiplyHigh(0xcd9e8d57u, c.z) ^ c.y ^ key.x, 0xcd9e8d57u * c.z,
      multiplyHigh(0xd2511f53u, c.x) ^ c.w ^ key.y, 0xd2511f53u * c.x);
    key += vec2u(0x9e3779b9u, 0xbb67ae85u);
  }
  return c;
}`,
  },
  dropout4: {
    needs: ['philox'],
    text: wgsl`// Four elements of a dropout mask, from a column that is a multiple of four.
fn dropout4(row: u32, column: u32, stream: u32, threshold: u32, kept: f32, random: vec4i) -> vec4f {
  let words = philox(vec4u(column >> 3u, row, stream, bitcast<u32>(random.z)), bitcast<vec2u>(random.xy));
  let pair = select(words.xy, words.zw, (column & 4u) != 0u);
  let halves = vec4u(pair.x & 0xffffu, pair.x >> 16u, pair.y & 0xffffu, pair.y >> 16u);
  return select(vec4f(0f), vec4f(kept), halves >= vec4u(threshold));
}`,
  },
  dropout1: {
    needs: ['dropout4'],
    text: wgsl`fn dropout1(row: u32, column: u32, stream: u32, threshold: u32, kept: f32, random: vec4i) -> f32 {
  return dropout4(row, column & ~3u, stream, threshold, kept, random)[column & 3u];
}`,
  },
  dropout8: {
    needs: ['philox'],
    text: wgsl`// Eight elements of a dropout mask as bits, from a column that is a multiple of eight: 1 where kept.
fn dropout8(row: u32, column: u32, stream: u32, threshold: u32, random: vec4i) -> u32 {
  let words = philox(vec4u(column >> 3u, row, stream, bitcast<u32>(random.z)), bitcast<vec2u>(random.xy));
  let low = select(vec4u(0u), vec4u(1u, 4u, 16u, 64u), (words & vec4u(0xffffu)) >= vec4u(threshold));
  let high = select(vec4u(0u), vec4u(2u, 8u, 32u, 128u), (words >> vec4u(16u)) >= vec4u(threshold));
  let bits = low | high;
  return bits.x | bits.y | bits.z | bits.w;
}`,
  },
};

/** Returns the text of the named functions and of all functions they call, callees first. */
export function libraryText(names: ReadonlyMap<string, LibraryFunction | undefined>): string {
  const seen = new Set<string>();
  const texts: string[] = [];
  const visit = (name: string): void => {
    const found = library[name] ?? names.get(name);
    if (!found) throw new RangeError(`there is no WGSL function '${name}'`);
    if (seen.has(name)) return;
    seen.add(name);
    for (const callee of found.needs) visit(callee);
    texts.push(found.text);
  };
  for (const name of names.keys()) visit(name);
  return texts.join('\n');
}
