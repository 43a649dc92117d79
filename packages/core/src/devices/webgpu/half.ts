/** Conversions between f32 and f16 bits, without Float16Array, which not every runtime has. */

const word = new DataView(new ArrayBuffer(4));

function floatBits(value: number): number {
  word.setFloat32(0, value);
  return word.getUint32(0);
}

/** The f16 nearest to a number, ties to even; too large becomes infinity. */
export function toHalf(value: number): number {
  const bits = floatBits(value);
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  if (magnitude >= 0x477ff000) return sign | 0x7c00;
  if (magnitude < 0x38800000) {
    // Subnormal: adding 0.5 puts the f16's last bit where f32 rounds.
    return sign | (floatBits(Math.abs(value) + 0.5) - 0x3f000000);
  }
  const rounded = magnitude + 0xfff + ((magnitude >>> 13) & 1);
  return sign | ((rounded - 0x38000000) >>> 13);
}

export function fromHalf(half: number): number {
  const exponent = (half >>> 10) & 31;
  const fraction = half & 0x3ff;
  const sign = half & 0x8000 ? -1 : 1;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15));
}

export function decodeHalves(halves: Uint16Array): Float32Array {
  const floats = new Float32Array(halves.length);
  // An element below the length is there; a test of each would slow down what decodes whole tables.
  for (let i = 0; i < floats.length; i++) floats[i] = fromHalf(halves[i] as number);
  return floats;
}

export function encodeHalves(values: Float32Array | Float64Array): Uint16Array {
  const halves = new Uint16Array(values.length);
  // As above.
  for (let i = 0; i < halves.length; i++) halves[i] = toHalf(values[i] as number);
  return halves;
}
