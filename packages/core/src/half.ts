/*
 * Converts the two 16-bit floating-point formats on bit patterns, so that NaN payloads survive. Float16Array is not
 * used, because not every runtime has it. f16 is IEEE 754 binary16; bf16 is the upper half of binary32.
 */

let f16Table: Uint32Array | undefined;

/** The float32 bit pattern of every f16 value. It takes 256 KiB. A lookup is several times faster than arithmetic. */
function f16ToF32Table(): Uint32Array {
  if (f16Table) return f16Table;
  f16Table = new Uint32Array(0x10000);
  for (let half = 0; half < 0x10000; half++) f16Table[half] = f16BitsToF32Bits(half);
  return f16Table;
}

function f16BitsToF32Bits(half: number): number {
  const sign = (half & 0x8000) << 16;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0x1f) return (sign | 0x7f800000 | (fraction << 13)) >>> 0;
  if (exponent !== 0) return (sign | ((exponent + 112) << 23) | (fraction << 13)) >>> 0;
  if (fraction === 0) return sign >>> 0;
  // Subnormal: fraction · 2^-24. Shift its highest bit to the hidden place.
  const shift = Math.clz32(fraction) - 21;
  return (sign | ((113 - shift) << 23) | (((fraction << shift) & 0x3ff) << 13)) >>> 0;
}

/** Converts f16 bit patterns to float32 values. The conversion is exact. */
export function f16ToF32(source: Uint16Array): Float32Array {
  const table = f16ToF32Table();
  const bits = new Uint32Array(source.length);
  // Indices are always below the length in these loops. Checking each one would slow down loading a model.
  for (let i = 0; i < source.length; i++) bits[i] = table[source[i] as number] as number;
  return new Float32Array(bits.buffer);
}

/** Converts bf16 bit patterns to float32 values. The conversion is exact. */
export function bf16ToF32(source: Uint16Array): Float32Array {
  const bits = new Uint32Array(source.length);
  for (let i = 0; i < source.length; i++) bits[i] = (source[i] as number) << 16;
  return new Float32Array(bits.buffer);
}

/** Converts float32 values to f16 bit patterns, rounded to nearest, ties to even. Overflow becomes infinity. */
export function f32ToF16(source: Float32Array): Uint16Array {
  const bits = new Uint32Array(source.buffer, source.byteOffset, source.length);
  const halves = new Uint16Array(bits.length);
  for (let i = 0; i < bits.length; i++) halves[i] = f32BitsToF16Bits(bits[i] as number);
  return halves;
}

function f32BitsToF16Bits(bits: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00 | ((magnitude >> 13) & 0x3ff); // a quiet NaN
  if (magnitude >= 0x477ff000) return sign | 0x7c00; // 65520 and above round to infinity
  if (magnitude >= 0x38800000) return sign | roundShift(magnitude - 0x38000000, 13);
  // Below 2^-14 the result is subnormal, a multiple of 2^-24; below 2^-25 it is zero.
  const exponent = magnitude >> 23;
  if (exponent < 102) return sign;
  return sign | roundShift((magnitude & 0x7fffff) | 0x800000, 126 - exponent);
}

/** Converts float32 values to bf16 bit patterns, rounded to nearest, ties to even. */
export function f32ToBf16(source: Float32Array): Uint16Array {
  const bits = new Uint32Array(source.buffer, source.byteOffset, source.length);
  return Uint16Array.from(bits, (value) => {
    const nan = (value & 0x7fffffff) > 0x7f800000;
    return nan ? (value >>> 16) | 0x40 : roundShift(value, 16);
  });
}

/** Returns `value / 2^shift` rounded to nearest, ties to even, for an unsigned `value`. */
function roundShift(value: number, shift: number): number {
  const quotient = value >>> shift;
  const rest = value - quotient * 2 ** shift;
  const half = 2 ** (shift - 1);
  return quotient + (rest > half || (rest === half && (quotient & 1) === 1) ? 1 : 0);
}
