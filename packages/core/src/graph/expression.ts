/**
 * Scalar expressions: what an elementwise operation computes, written once. The reference loop, the ONNX nodes, the
 * WGSL text and the gradient are all derived from this tree.
 */
import type { Dim } from './shape.ts';

export type UnaryFunction =
  | 'negate'
  | 'exp'
  | 'log'
  | 'tanh'
  | 'sqrt'
  | 'erf'
  | 'abs'
  | 'sigmoid'
  | 'reciprocal';
export type BinaryFunction = 'add' | 'subtract' | 'multiply' | 'divide' | 'maximum' | 'minimum' | 'greater';

export type Expression =
  | { readonly kind: 'input'; readonly index: number }
  | { readonly kind: 'constant'; readonly value: number }
  /** The value of a dimension, as a number. */
  | { readonly kind: 'dim'; readonly dim: Dim }
  | { readonly kind: 'unary'; readonly fn: UnaryFunction; readonly x: Expression }
  | { readonly kind: 'binary'; readonly fn: BinaryFunction; readonly x: Expression; readonly y: Expression };

type Operand = Scalar | number;

/** An expression with arithmetic methods; folds constants, and what 0 and 1 make trivial. */
export class Scalar {
  readonly expression: Expression;
  constructor(expression: Expression) {
    this.expression = expression;
  }
  plus(other: Operand): Scalar {
    return binary('add', this, other);
  }
  minus(other: Operand): Scalar {
    return binary('subtract', this, other);
  }
  times(other: Operand): Scalar {
    return binary('multiply', this, other);
  }
  over(other: Operand): Scalar {
    return binary('divide', this, other);
  }
  max(other: Operand): Scalar {
    return binary('maximum', this, other);
  }
  min(other: Operand): Scalar {
    return binary('minimum', this, other);
  }
  /** 1 where this is greater than the other, else 0. */
  greater(other: Operand): Scalar {
    return binary('greater', this, other);
  }
  negate(): Scalar {
    return unary('negate', this);
  }
  exp(): Scalar {
    return unary('exp', this);
  }
  log(): Scalar {
    return unary('log', this);
  }
  tanh(): Scalar {
    return unary('tanh', this);
  }
  sqrt(): Scalar {
    return unary('sqrt', this);
  }
  erf(): Scalar {
    return unary('erf', this);
  }
  abs(): Scalar {
    return unary('abs', this);
  }
  sigmoid(): Scalar {
    return unary('sigmoid', this);
  }
  reciprocal(): Scalar {
    return unary('reciprocal', this);
  }
}

export function scalarInput(index: number): Scalar {
  return new Scalar({ kind: 'input', index });
}

export function scalarConstant(value: number): Scalar {
  return new Scalar({ kind: 'constant', value });
}

export function scalarDim(dim: Dim): Scalar {
  return typeof dim === 'number' ? scalarConstant(dim) : new Scalar({ kind: 'dim', dim });
}

const toScalar = (x: Operand): Scalar => (typeof x === 'number' ? scalarConstant(x) : x);
const isConstant = (x: Scalar, value: number): boolean =>
  x.expression.kind === 'constant' && x.expression.value === value;

function unary(fn: UnaryFunction, x: Scalar): Scalar {
  if (x.expression.kind === 'constant') return scalarConstant(unaryFunctions[fn](x.expression.value));
  return new Scalar({ kind: 'unary', fn, x: x.expression });
}

function binary(fn: BinaryFunction, left: Operand, right: Operand): Scalar {
  const x = toScalar(left);
  const y = toScalar(right);
  if (x.expression.kind === 'constant' && y.expression.kind === 'constant')
    return scalarConstant(binaryFunctions[fn](x.expression.value, y.expression.value));
  if (fn === 'add' && isConstant(x, 0)) return y;
  if ((fn === 'add' || fn === 'subtract') && isConstant(y, 0)) return x;
  if (fn === 'multiply' && (isConstant(x, 0) || isConstant(y, 0))) return scalarConstant(0);
  if (fn === 'multiply' && isConstant(x, 1)) return y;
  if ((fn === 'multiply' || fn === 'divide') && isConstant(y, 1)) return x;
  return new Scalar({ kind: 'binary', fn, x: x.expression, y: y.expression });
}

export const unaryFunctions: Record<UnaryFunction, (x: number) => number> = {
  negate: (x) => -x,
  exp: Math.exp,
  log: Math.log,
  tanh: Math.tanh,
  sqrt: Math.sqrt,
  abs: Math.abs,
  erf,
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  reciprocal: (x) => 1 / x,
};

export const binaryFunctions: Record<BinaryFunction, (x: number, y: number) => number> = {
  add: (x, y) => x + y,
  subtract: (x, y) => x - y,
  multiply: (x, y) => x * y,
  divide: (x, y) => x / y,
  maximum: Math.max,
  minimum: Math.min,
  greater: (x, y) => (x > y ? 1 : 0),
};

/** erf by the series `2/√π · e^(-x²) · Σ 2ⁿ x^(2n+1) / (2n+1)!!`, whose terms are all of one sign: exact in float64. */
function erf(x: number): number {
  if (Math.abs(x) > 6) return Math.sign(x);
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > Math.abs(sum) * 1e-17; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

/** The derivative of an expression by one of its inputs. */
export function derivative(expression: Expression, index: number): Scalar {
  switch (expression.kind) {
    case 'input':
      return scalarConstant(expression.index === index ? 1 : 0);
    case 'constant':
    case 'dim':
      return scalarConstant(0);
    case 'unary': {
      const dx = derivative(expression.x, index);
      return isConstant(dx, 0) ? dx : dx.times(unaryDerivative(expression.fn, new Scalar(expression.x)));
    }
    case 'binary': {
      const x = new Scalar(expression.x);
      const y = new Scalar(expression.y);
      const dx = derivative(expression.x, index);
      const dy = derivative(expression.y, index);
      switch (expression.fn) {
        case 'add':
          return dx.plus(dy);
        case 'subtract':
          return isConstant(dx, 0) ? dy.negate() : dx.minus(dy);
        case 'multiply':
          return dx.times(y).plus(x.times(dy));
        case 'divide':
          return isConstant(dy, 0) ? dx.over(y) : dx.minus(x.over(y).times(dy)).over(y);
        // At a tie the first operand has the gradient of neither side but that of `greater`: 0, as in PyTorch's relu.
        case 'maximum':
          return x.greater(y).times(dx).plus(y.greater(x).times(dy));
        case 'minimum':
          return y.greater(x).times(dx).plus(x.greater(y).times(dy));
        case 'greater':
          return scalarConstant(0);
      }
    }
  }
}

function unaryDerivative(fn: UnaryFunction, x: Scalar): Scalar {
  switch (fn) {
    case 'negate':
      return scalarConstant(-1);
    case 'exp':
      return x.exp();
    case 'log':
      return x.reciprocal();
    case 'tanh':
      return scalarConstant(1).minus(x.tanh().times(x.tanh()));
    case 'sqrt':
      return x.sqrt().reciprocal().times(0.5);
    case 'erf':
      return x
        .times(x)
        .negate()
        .exp()
        .times(2 / Math.sqrt(Math.PI));
    case 'abs':
      return x.greater(0).minus(scalarConstant(0).greater(x));
    case 'sigmoid':
      return x.sigmoid().times(scalarConstant(1).minus(x.sigmoid()));
    case 'reciprocal':
      return x.reciprocal().times(x.reciprocal()).negate();
  }
}

/** Replaces the inputs of an expression. */
export function substitute(expression: Expression, inputs: readonly Scalar[]): Scalar {
  switch (expression.kind) {
    case 'input':
      return inputs[expression.index] as Scalar;
    case 'constant':
    case 'dim':
      return new Scalar(expression);
    case 'unary':
      return unary(expression.fn, substitute(expression.x, inputs));
    case 'binary':
      return binary(expression.fn, substitute(expression.x, inputs), substitute(expression.y, inputs));
  }
}
