import { type WgslFace, wgslForms } from '../../../graph/function-faces.ts';
import type { Lanes } from '../../../graph/kernel.ts';
import type { Expression } from '../../../graph/scalar.ts';
import type { Dim } from '../../../graph/shape.ts';
import { f32Literal } from '../../../graph/wgsl.ts';
import { type LibraryFunction, lanesText } from './library.ts';

/** The functions that expression text is generated with. */
export interface ExpressionContext {
  readonly lanes: Lanes;
  /** Defines an intermediate result and returns its name. The same text gets the same name. */
  define(text: string): string;
  /** Returns the value of an input, or of a dimension as u32. */
  input(index: number): string;
  dim(dim: Dim): string;
  /** Makes a library function available. */
  use(name: string, own?: LibraryFunction): void;
}

/** Returns the text of a function applied to values given as text. */
function applied<X extends readonly string[]>(
  name: string,
  face: WgslFace<X>,
  { lanes, define, use }: ExpressionContext,
  ...x: X
): string {
  if ('inline' in face) return define(face.inline(wgslForms[lanes], ...x));
  use(`${name}${lanes}`, lanesText(name, ['x', 'y'].slice(0, x.length), face, wgslForms[lanes]));
  return define(`${name}${lanes}(${x.join(', ')})`);
}

/** Returns the operand that is subtracted from itself or multiplied by 0, given the operands' texts. */
function vanishingFactor(
  { fn, x, y }: Extract<Expression, { kind: 'binary' }>,
  left: string,
  right: string,
): string | undefined {
  const isZero = (e: Expression): boolean => e.kind === 'constant' && e.value === 0;
  if (fn.name === 'subtract' && left === right) return left;
  if (fn.name !== 'multiply') return undefined;
  return isZero(x) ? right : isZero(y) ? left : undefined;
}

/** Returns an expression as WGSL text. Every inner result is defined once, even if it occurs several times. */
export function expressionText(e: Expression, context: ExpressionContext): string {
  const splat = (text: string): string => (context.lanes === 4 ? `vec4f(${text})` : text);
  switch (e.kind) {
    case 'input':
      return context.input(e.index);
    case 'constant':
      return splat(f32Literal(e.value));
    case 'dim':
      return splat(`f32(${context.dim(e.dim)})`);
    case 'unary':
      return applied(e.fn.name, e.fn.wgsl, context, expressionText(e.x, context));
    case 'binary': {
      const x = expressionText(e.x, context);
      const y = expressionText(e.y, context);
      const vanishing = vanishingFactor(e, x, y);
      if (vanishing === undefined) return applied(e.fn.name, e.fn.wgsl, context, x, y);
      context.use(`timesZero${context.lanes}`);
      return context.define(`timesZero${context.lanes}(${vanishing})`);
    }
  }
}
