/** A value allowed in a WGSL template: text, a whole number, or lines. */
type Piece = string | number | readonly string[];

/** Template tag for WGSL text. Lists become lines. Editors use the tag for syntax highlighting. */
export function wgsl(strings: TemplateStringsArray, ...pieces: readonly Piece[]): string {
  return strings.reduce((text, part, i) => {
    const piece = pieces[i - 1] ?? '';
    return text + (typeof piece === 'object' ? piece.join('\n') : String(piece)) + part;
  });
}

/** Returns an f32 literal that parses to exactly the same float. */
export function f32Literal(value: number): string {
  const rounded = Math.fround(value);
  if (!Number.isFinite(rounded)) throw new RangeError(`${value} cannot be written in WGSL`);
  return Object.is(rounded, -0) ? '-0f' : `${rounded}f`;
}

/** Returns `count` lines, for unrolled loops. */
export function unroll(count: number, line: (i: number) => string): string {
  return Array.from({ length: count }, (_, i) => line(i)).join('\n');
}

/** Returns the bits of a number as an f32, for a size that WGSL converts back with `bitcast<f32>`. */
export function floatBits(value: number): number {
  const view = new DataView(new ArrayBuffer(4));
  view.setFloat32(0, value);
  return view.getUint32(0);
}
