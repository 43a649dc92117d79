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
  /** `log(1 + e^x)`. */
  | 'softplus'
  | 'relu'
  /** 1 where x is above 0, or not a number, else 0. */
  | 'step'
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

/** An expression with arithmetic methods; folds constants, and sums with 0 and products with 1. */
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
  softplus(): Scalar {
    return unary('softplus', this);
  }
  relu(): Scalar {
    return unary('relu', this);
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
  softplus: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
  relu: (x) => Math.max(x, 0),
  step: (x) => (x <= 0 ? 0 : 1),
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

/**
 * The derivative of an expression by one of its inputs; a constant 0 where it does not depend on it. At the points where
 * a function has none it is what PyTorch takes: see {@link unaryDerivative} and `maximum` below.
 */
export function derivative(expression: Expression, index: number): Scalar {
  switch (expression.kind) {
    case 'input':
      return scalarConstant(expression.index === index ? 1 : 0);
    case 'constant':
    case 'dim':
      return scalarConstant(0);
    case 'unary':
      return scaled(derivative(expression.x, index), () =>
        unaryDerivative(expression.fn, new Scalar(expression.x)),
      );
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
          return scaled(dx, () => y).plus(scaled(dy, () => x));
        case 'divide':
          if (isConstant(dy, 0)) return isConstant(dx, 0) ? dx : dx.over(y);
          return dx.minus(x.over(y).times(dy)).over(y);
        // At a tie each operand has half of the gradient.
        case 'maximum':
          return scaled(dx, () => share(x, y)).plus(scaled(dy, () => share(y, x)));
        case 'minimum':
          return scaled(dx, () => share(y, x)).plus(scaled(dy, () => share(x, y)));
        case 'greater':
          return scalarConstant(0);
      }
    }
  }
}

/** `slope · factor`; nothing is computed where the slope is 0 whatever the factor. */
function scaled(slope: Scalar, factor: () => Scalar): Scalar {
  return isConstant(slope, 0) ? slope : slope.times(factor());
}

/** 1 where x is greater, 1/2 where both are equal, else 0. */
function share(x: Scalar, y: Scalar): Scalar {
  return x.greater(y).minus(y.greater(x)).plus(1).times(0.5);
}

/** At 0, `abs` has the slope 0, and so has `relu`. */
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
    case 'softplus':
      return x.sigmoid();
    case 'relu':
      return unary('step', x);
    case 'step':
      return scalarConstant(0);
    case 'reciprocal':
      return x.reciprocal().times(x.reciprocal()).negate();
  }
}

/** The numbers of the inputs that an expression reads, in the order it first does. */
export function inputsOf(expression: Expression, found: Set<number> = new Set()): Set<number> {
  if (expression.kind === 'input') found.add(expression.index);
  if (expression.kind === 'unary' || expression.kind === 'binary') inputsOf(expression.x, found);
  if (expression.kind === 'binary') inputsOf(expression.y, found);
  return found;
}

/** The part of an expression that reads the most inputs, of those that read at least two and at most `limit`. */
export function largestPart(expression: Expression, limit: number): Expression | undefined {
  const { size } = inputsOf(expression);
  if (size < 2) return undefined;
  if (size <= limit) return expression;
  if (expression.kind === 'unary') return largestPart(expression.x, limit);
  if (expression.kind !== 'binary') return undefined;
  const [x, y] = [largestPart(expression.x, limit), largestPart(expression.y, limit)];
  if (!x || !y) return x ?? y;
  return inputsOf(x).size >= inputsOf(y).size ? x : y;
}

/** Puts another expression in place of a part, wherever it occurs. */
export function replacePart(expression: Expression, part: Expression, by: Expression): Expression {
  if (expression === part) return by;
  if (expression.kind === 'unary') return { ...expression, x: replacePart(expression.x, part, by) };
  if (expression.kind !== 'binary') return expression;
  return { ...expression, x: replacePart(expression.x, part, by), y: replacePart(expression.y, part, by) };
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
