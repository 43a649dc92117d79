import type { BinaryFunction, Expression, UnaryFunction } from '../../../graph/expression.ts';
import type { Lanes } from '../../../graph/kernel.ts';
import type { Dim } from '../../../graph/shape.ts';
import { f32Literal } from '../../../graph/wgsl.ts';

/** What the text of an expression is written with. */
export interface ExpressionContext {
  readonly lanes: Lanes;
  /** Names an intermediate result; the same text gets the same name. */
  define(text: string): string;
  /** The value of an input, or of a dimension as u32. */
  input(index: number): string;
  dim(dim: Dim): string;
  /** Makes a function of the library available. */
  use(name: string): void;
}

const operators: Partial<Record<BinaryFunction, string>> = {
  add: '+',
  subtract: '-',
  multiply: '*',
  divide: '/',
};
const builtins: Partial<Record<UnaryFunction, string>> = { exp: 'exp', log: 'log', sqrt: 'sqrt', abs: 'abs' };

/** What is taken from itself or multiplied by 0, given the operands' texts. */
function vanishingFactor(
  { fn, x, y }: Extract<Expression, { kind: 'binary' }>,
  left: string,
  right: string,
): string | undefined {
  const isZero = (e: Expression): boolean => e.kind === 'constant' && e.value === 0;
  if (fn === 'subtract' && left === right) return left;
  if (fn !== 'multiply') return undefined;
  return isZero(x) ? right : isZero(y) ? left : undefined;
}

/** An expression as WGSL text; every inner result is defined once, however often it occurs. */
export function expressionText(e: Expression, context: ExpressionContext): string {
  const type = context.lanes === 4 ? 'vec4f' : 'f32';
  const splat = (text: string): string => (context.lanes === 4 ? `vec4f(${text})` : text);
  switch (e.kind) {
    case 'input':
      return context.input(e.index);
    case 'constant':
      return splat(f32Literal(e.value));
    case 'dim':
      return splat(`f32(${context.dim(e.dim)})`);
    case 'unary': {
      const x = expressionText(e.x, context);
      if (e.fn === 'negate') return context.define(`-(${x})`);
      if (e.fn === 'reciprocal') return context.define(`${splat('1f')} / ${x}`);
      const builtin = builtins[e.fn];
      if (builtin) return context.define(`${builtin}(${x})`);
      const name = `${e.fn}${context.lanes}`;
      context.use(name);
      return context.define(`${name}(${x})`);
    }
    case 'binary': {
      const x = expressionText(e.x, context);
      const y = expressionText(e.y, context);
      const vanishing = vanishingFactor(e, x, y);
      if (vanishing !== undefined) {
        context.use(`timesZero${context.lanes}`);
        return context.define(`timesZero${context.lanes}(${vanishing})`);
      }
      const operator = operators[e.fn];
      if (operator) return context.define(`${x} ${operator} ${y}`);
      if (e.fn === 'greater') return context.define(`select(${type}(0f), ${type}(1f), ${x} > ${y})`);
      const name = `${e.fn}${context.lanes}`;
      context.use(name);
      return context.define(`${name}(${x}, ${y})`);
    }
  }
}
