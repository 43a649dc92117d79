import { f32Literal as f, wgsl } from '../../../graph/wgsl.ts';

/** WGSL functions that kernels call by name; each module contains only those it uses. */
interface LibraryFunction {
  readonly needs: readonly string[];
  readonly text: string;
}

interface Form {
  readonly lanes: 1 | 4;
  readonly type: 'f32' | 'vec4f';
  readonly bits: 'u32' | 'vec4u';
}

/** The same function for f32 and for four lanes, named `name1` and `name4`, like the functions it needs. */
function bothLanes(
  name: string,
  parameters: readonly string[],
  needs: readonly string[],
  body: (form: Form) => string,
): Record<string, LibraryFunction> {
  const forms: readonly Form[] = [
    { lanes: 1, type: 'f32', bits: 'u32' },
    { lanes: 4, type: 'vec4f', bits: 'vec4u' },
  ];
  return Object.fromEntries(
    forms.map((form) => {
      const { lanes, type } = form;
      const head = `fn ${name}${lanes}(${parameters.map((p) => `${p}: ${type}`).join(', ')}) -> ${type}`;
      const text = `${head} {\n${body(form)}\n}`;
      return [`${name}${lanes}`, { needs: needs.map((callee) => `${callee}${lanes}`), text }];
    }),
  );
}

/** A function of x whose text would lose that x is not a number, as `max`, `min` and `clamp` do. */
const keepingNaN = (name: string, value: (type: string) => string): Record<string, LibraryFunction> =>
  bothLanes(name, ['x'], ['nanOr'], ({ lanes, type }) => `  return nanOr${lanes}(x, ${value(type)});`);

/** The larger or smaller of two numbers; not a number where one of them is none. */
const extremum = (name: string, builtin: string): Record<string, LibraryFunction> =>
  bothLanes(
    name,
    ['x', 'y'],
    ['nanOr'],
    ({ lanes }) => `  return nanOr${lanes}(x, nanOr${lanes}(y, ${builtin}(x, y)));`,
  );

// Numerator and denominator of a rational approximation of erf on [-4, 4], in x²; its error is below 2e-7.
const erfNumerator = [
  -2.72614225801306e-10, 2.77068142495902e-8, -2.10102402082508e-6, -5.69250639462346e-5,
  -7.34990630326855e-4, -2.954599808540251e-3, -1.60960333262415e-2,
];
const erfDenominator = [
  -1.45660718464996e-5, -2.13374055278905e-4, -1.68282697438203e-3, -7.37332916720468e-3,
  -1.42647390514189e-2,
];

function polynomial(coefficients: readonly number[], type: string): string {
  const [first = 0, ...rest] = coefficients;
  return rest.reduce((sum, c) => `(${sum} * s + ${type}(${f(c)}))`, `${type}(${f(first)})`);
}

const library: Readonly<Record<string, LibraryFunction>> = {
  // x where it is not a number, else y. Seen by its bits: compilers may take `x != x` to be false.
  ...bothLanes(
    'nanOr',
    ['x', 'y'],
    [],
    ({ bits }) =>
      `  return select(y, x, (bitcast<${bits}>(x) & ${bits}(0x7fffffffu)) > ${bits}(0x7f800000u));`,
  ),
  // 0 · x, which compilers may take to be 0: not a number where x is none, or an infinity.
  ...bothLanes(
    'timesZero',
    ['x'],
    [],
    ({ type, bits }) => wgsl`  let own = bitcast<${bits}>(x);
  let isFinite = (own & ${bits}(0x7f800000u)) != ${bits}(0x7f800000u);
  return select(bitcast<${type}>(own | ${bits}(0x7fc00000u)), ${type}(0f), isFinite);`,
  ),
  ...bothLanes(
    'erf',
    ['x'],
    ['nanOr'],
    ({ type: t, lanes }) => wgsl`  let c = clamp(x, ${t}(-4f), ${t}(4f));
  let s = c * c;
  return nanOr${lanes}(x, c * ${polynomial(erfNumerator, t)} / ${polynomial(erfDenominator, t)});`,
  ),
  // Some drivers compute tanh from exponentials that overflow.
  ...keepingNaN('tanh', (t) => `tanh(clamp(x, ${t}(-10f), ${t}(10f)))`),
  ...keepingNaN('sigmoid', (t) => `${t}(1f) / (${t}(1f) + exp(min(-x, ${t}(88f))))`),
  ...keepingNaN('relu', (t) => `max(x, ${t}(0f))`),
  ...bothLanes('step', ['x'], [], ({ type: t }) => `  return select(${t}(1f), ${t}(0f), x <= ${t}(0f));`),
  ...bothLanes(
    'softplus',
    ['x'],
    ['relu'],
    ({ type: t, lanes }) => `  return relu${lanes}(x) + log(${t}(1f) + exp(-abs(x)));`,
  ),
  ...extremum('maximum', 'max'),
  ...extremum('minimum', 'min'),

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

/** The text of the named functions and of all they call, callees first. */
export function libraryText(names: Iterable<string>): string {
  const seen = new Set<string>();
  const texts: string[] = [];
  const visit = (name: string): void => {
    const found = library[name];
    if (!found) throw new RangeError(`there is no WGSL function '${name}'`);
    if (seen.has(name)) return;
    seen.add(name);
    for (const callee of found.needs) visit(callee);
    texts.push(found.text);
  };
  for (const name of names) visit(name);
  return texts.join('\n');
}
