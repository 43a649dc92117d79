import type { ConstantValues } from '../model/constants.ts';

/**
 * The cosines and sines of rotary positions, `[positions, size]`: of position p and pair i, the angle is p / base^(2i/size).
 *
 * @param size elements of a head
 */
export function rotaryAngles(positions: number, size: number, base: number): ConstantValues {
  const half = size / 2;
  const data = new Float64Array(positions * size);
  for (let p = 0; p < positions; p++)
    for (let i = 0; i < half; i++) {
      const angle = p / base ** (i / half);
      data[p * size + i] = Math.cos(angle);
      data[p * size + half + i] = Math.sin(angle);
    }
  return { data, shape: [positions, size] };
}
