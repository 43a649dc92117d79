/** What may stand in a WGSL template: text, whole numbers, or lines. */
type Piece = string | number | readonly string[];

/** WGSL text. Lists become lines; editors highlight what the tag marks. */
export function wgsl(strings: TemplateStringsArray, ...pieces: readonly Piece[]): string {
  return strings.reduce((text, part, i) => {
    const piece = pieces[i - 1] ?? '';
    return text + (typeof piece === 'object' ? piece.join('\n') : String(piece)) + part;
  });
}

/** An f32 literal that reads back as exactly the same float. */
export function f32Literal(value: number): string {
  const rounded = Math.fround(value);
  if (!Number.isFinite(rounded)) throw new RangeError(`${value} cannot be written in WGSL`);
  return Object.is(rounded, -0) ? '-0f' : `${rounded}f`;
}

/** `count` lines, for loops that are unrolled. */
export function unroll(count: number, line: (i: number) => string): string {
  return Array.from({ length: count }, (_, i) => line(i)).join('\n');
}

/** The bits of a number as an f32, for a size that WGSL takes back by `bitcast<f32>`. */
export function floatBits(value: number): number {
  const view = new DataView(new ArrayBuffer(4));
  view.setFloat32(0, value);
  return view.getUint32(0);
}
