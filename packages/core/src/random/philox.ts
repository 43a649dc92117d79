/**
 * Philox4x32-10, a counter-based generator (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"). The
 * words for a counter do not depend on other words, so a mask can be computed and recomputed anywhere, in any order.
 */
export type Words = [number, number, number, number];

const M0 = 0xd2511f53;
const M1 = 0xcd9e8d57;

/** Returns the high 32 bits of a 32 × 32 bit product. */
function multiplyHigh(a: number, b: number): number {
  const [al, ah, bl, bh] = [a & 0xffff, a >>> 16, b & 0xffff, b >>> 16];
  const low = al * bl;
  const middle = ah * bl + (low >>> 16);
  const cross = al * bh + (middle % 0x10000);
  return (ah * bh + Math.floor(middle / 0x10000) + Math.floor(cross / 0x10000)) >>> 0;
}

/** Returns four random 32-bit words (unsigned) for a counter of four words and a key of two. */
export function philox(c0: number, c1: number, c2: number, c3: number, key0: number, key1: number): Words {
  let [a, b, c, d, k0, k1] = [c0 >>> 0, c1 >>> 0, c2 >>> 0, c3 >>> 0, key0 >>> 0, key1 >>> 0];
  for (let round = 0; round < 10; round++) {
    const [low0, high0, low1, high1] = [
      Math.imul(M0, a),
      multiplyHigh(M0, a),
      Math.imul(M1, c),
      multiplyHigh(M1, c),
    ];
    [a, b, c, d] = [(high1 ^ b ^ k0) >>> 0, low1 >>> 0, (high0 ^ d ^ k1) >>> 0, low0 >>> 0];
    k0 = (k0 + 0x9e3779b9) >>> 0;
    k1 = (k1 + 0xbb67ae85) >>> 0;
  }
  return [a, b, c, d];
}
