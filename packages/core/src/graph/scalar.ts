/**
 * A scalar expression defines what an elementwise operation computes. The reference loop, the ONNX nodes, the WGSL text
 * and the gradient all derive from this tree and from the table of functions below.
 */
import { erf, erfFace, erfSlope } from './erf.ts';
import { between, builtin, extremum, type FunctionForms, keepingNaN } from './function-faces.ts';
import type { Dim } from './shape.ts';

export type Expression =
  | { readonly kind: 'input'; readonly index: number }
  | { readonly kind: 'constant'; readonly value: number }
  /** The value of a dimension, as a number. */
  | { readonly kind: 'dim'; readonly dim: Dim }
  | { readonly kind: 'unary'; readonly fn: UnaryFunction; readonly x: Expression }
  | { readonly kind: 'binary'; readonly fn: BinaryFunction; readonly x: Expression; readonly y: Expression };

type Operand = Scalar | number;

/** An expression with arithmetic methods. It folds constants, sums with 0 and products with 1. */
export class Scalar {
  readonly expression: Expression;
  constructor(expression: Expression) {
    this.expression = expression;
  }
  plus(other: Operand): Scalar {
    return binary(binaryTable.add, this, other);
  }
  minus(other: Operand): Scalar {
    return binary(binaryTable.subtract, this, other);
  }
  times(other: Operand): Scalar {
    return binary(binaryTable.multiply, this, other);
  }
  over(other: Operand): Scalar {
    return binary(binaryTable.divide, this, other);
  }
  max(other: Operand): Scalar {
    return binary(binaryTable.maximum, this, other);
  }
  min(other: Operand): Scalar {
    return binary(binaryTable.minimum, this, other);
  }
  /** Returns 1 where this is greater than the other, else 0. */
  greater(other: Operand): Scalar {
    return binary(binaryTable.greater, this, other);
  }
  /** Applies a custom function. */
  apply(fn: UnaryFunction): Scalar {
    return unary(fn, this);
  }
  negate(): Scalar {
    return unary(unaryTable.negate, this);
  }
  exp(): Scalar {
    return unary(unaryTable.exp, this);
  }
  log(): Scalar {
    return unary(unaryTable.log, this);
  }
  tanh(): Scalar {
    return unary(unaryTable.tanh, this);
  }
  sqrt(): Scalar {
    return unary(unaryTable.sqrt, this);
  }
  erf(): Scalar {
    return unary(unaryTable.erf, this);
  }
  abs(): Scalar {
    return unary(unaryTable.abs, this);
  }
  sigmoid(): Scalar {
    return unary(unaryTable.sigmoid, this);
  }
  softplus(): Scalar {
    return unary(unaryTable.softplus, this);
  }
  relu(): Scalar {
    return unary(unaryTable.relu, this);
  }
  reciprocal(): Scalar {
    return unary(unaryTable.reciprocal, this);
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

export const toScalar = (x: Operand): Scalar => (typeof x === 'number' ? scalarConstant(x) : x);

const isConstant = (x: Scalar, value: number): boolean =>
  x.expression.kind === 'constant' && x.expression.value === value;

export function unary(fn: UnaryFunction, x: Scalar): Scalar {
  if (x.expression.kind === 'constant') return scalarConstant(fn.value(x.expression.value));
  return new Scalar({ kind: 'unary', fn, x: x.expression });
}

export function binary(fn: BinaryFunction, left: Operand, right: Operand): Scalar {
  const x = toScalar(left);
  const y = toScalar(right);
  if (x.expression.kind === 'constant' && y.expression.kind === 'constant')
    return scalarConstant(fn.value(x.expression.value, y.expression.value));
  const { name } = fn;
  if (name === 'add' && isConstant(x, 0)) return y;
  if ((name === 'add' || name === 'subtract') && isConstant(y, 0)) return x;
  if (name === 'multiply' && isConstant(x, 1)) return y;
  if ((name === 'multiply' || name === 'divide') && isConstant(y, 1)) return x;
  return new Scalar({ kind: 'binary', fn, x: x.expression, y: y.expression });
}

/** A function of one number: its value, its derivative, and its ONNX and WGSL forms. */
export interface UnaryFunction extends FunctionForms<[x: string]> {
  /** Returns the derivative; where it does not exist, PyTorch's value. */
  derivative(x: Scalar): Scalar | number;
}

/** A function of two numbers. */
export interface BinaryFunction extends FunctionForms<[x: string, y: string]> {
  /** Returns the derivative, given the derivatives of x and y. */
  derivative(x: Scalar, y: Scalar, dx: Scalar, dy: Scalar): Scalar | number;
}

const unaryTable = {
  negate: {
    name: 'negate',
    value: (x) => -x,
    derivative: () => -1,
    onnx: 'Neg',
    wgsl: { inline: (_, x) => `-(${x})` },
  },
  exp: { name: 'exp', value: Math.exp, derivative: (x) => x.exp(), onnx: 'Exp', wgsl: builtin('exp') },
  log: { name: 'log', value: Math.log, derivative: (x) => x.reciprocal(), onnx: 'Log', wgsl: builtin('log') },
  tanh: {
    name: 'tanh',
    value: Math.tanh,
    derivative: (x) => scalarConstant(1).minus(x.tanh().times(x.tanh())),
    onnx: 'Tanh',
    // Clamped, because some drivers compute tanh from exponentials that overflow.
    wgsl: keepingNaN((t) => `tanh(clamp(x, ${t}(-10f), ${t}(10f)))`),
  },
  sqrt: {
    name: 'sqrt',
    value: Math.sqrt,
    derivative: (x) => x.sqrt().reciprocal().times(0.5),
    onnx: 'Sqrt',
    wgsl: builtin('sqrt'),
  },
  abs: {
    name: 'abs',
    value: Math.abs,
    // 0 at 0.
    derivative: (x) => x.greater(0).minus(scalarConstant(0).greater(x)),
    onnx: 'Abs',
    wgsl: builtin('abs'),
  },
  erf: {
    name: 'erf',
    value: erf,
    derivative: (x) => x.times(x).negate().exp().times(erfSlope),
    onnx: 'Erf',
    wgsl: erfFace,
  },
  sigmoid: {
    name: 'sigmoid',
    value: (x) => 1 / (1 + Math.exp(-x)),
    derivative: (x) => x.sigmoid().times(scalarConstant(1).minus(x.sigmoid())),
    onnx: 'Sigmoid',
    wgsl: keepingNaN((t) => `${t}(1f) / (${t}(1f) + exp(min(-x, ${t}(88f))))`),
  },
  /** `log(1 + e^x)`. */
  softplus: {
    name: 'softplus',
    value: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
    derivative: (x) => x.sigmoid(),
    onnx: 'Softplus',
    wgsl: {
      needs: ['relu'],
      body: ({ type: t, lanes }) => `  return relu${lanes}(x) + log(${t}(1f) + exp(-abs(x)));`,
    },
  },
  relu: {
    name: 'relu',
    value: (x) => Math.max(x, 0),
    // 0 at 0.
    derivative: (x): Scalar => x.apply(unaryTable.step),
    onnx: 'Relu',
    wgsl: keepingNaN((t) => `max(x, ${t}(0f))`),
  },
  /** 1 where x is above 0 or NaN, else 0. */
  step: {
    name: 'step',
    value: (x) => (x <= 0 ? 0 : 1),
    derivative: () => 0,
    onnx: (emit, x) => {
      const below = emit.node('LessOrEqual', [x, emit.scalar(0)]);
      return emit.node('Cast', [emit.node('Not', [below])], { to: 1 });
    },
    wgsl: { needs: [], body: ({ type: t }) => `  return select(${t}(1f), ${t}(0f), x <= ${t}(0f));` },
  },
  reciprocal: {
    name: 'reciprocal',
    value: (x) => 1 / x,
    derivative: (x) => x.reciprocal().times(x.reciprocal()).negate(),
    onnx: 'Reciprocal',
    wgsl: { inline: ({ lanes }, x) => `${lanes === 4 ? 'vec4f(1f)' : '1f'} / ${x}` },
  },
} satisfies Record<string, UnaryFunction>;

const binaryTable = {
  add: {
    name: 'add',
    value: (x, y) => x + y,
    derivative: (_x, _y, dx, dy) => dx.plus(dy),
    onnx: 'Add',
    wgsl: between('+'),
  },
  subtract: {
    name: 'subtract',
    value: (x, y) => x - y,
    derivative: (_x, _y, dx, dy) => (isConstant(dx, 0) ? dy.negate() : dx.minus(dy)),
    onnx: 'Sub',
    wgsl: between('-'),
  },
  multiply: {
    name: 'multiply',
    value: (x, y) => x * y,
    derivative: (x, y, dx, dy) => scaled(dx, () => y).plus(scaled(dy, () => x)),
    onnx: 'Mul',
    wgsl: between('*'),
  },
  divide: {
    name: 'divide',
    value: (x, y) => x / y,
    derivative: (x, y, dx, dy) => {
      if (isConstant(dy, 0)) return isConstant(dx, 0) ? dx : dx.over(y);
      return dx.minus(x.over(y).times(dy)).over(y);
    },
    onnx: 'Div',
    wgsl: between('/'),
  },
  // At a tie, each operand gets half of the gradient.
  maximum: {
    name: 'maximum',
    value: Math.max,
    derivative: (x, y, dx, dy) => scaled(dx, () => share(x, y)).plus(scaled(dy, () => share(y, x))),
    onnx: 'Max',
    wgsl: extremum('max'),
  },
  minimum: {
    name: 'minimum',
    value: Math.min,
    derivative: (x, y, dx, dy) => scaled(dx, () => share(y, x)).plus(scaled(dy, () => share(x, y))),
    onnx: 'Min',
    wgsl: extremum('min'),
  },
  greater: {
    name: 'greater',
    value: (x, y) => (x > y ? 1 : 0),
    derivative: () => 0,
    onnx: (emit, x, y) => emit.node('Cast', [emit.node('Greater', [x, y])], { to: 1 }),
    wgsl: { inline: ({ type }, x, y) => `select(${type}(0f), ${type}(1f), ${x} > ${y})` },
  },
} satisfies Record<string, BinaryFunction>;

export const unaryFunctions: readonly UnaryFunction[] = Object.values(unaryTable);
export const binaryFunctions: readonly BinaryFunction[] = Object.values(binaryTable);

/** Returns `slope · factor`. If the slope is the constant 0, the factor is not computed. */
export function scaled(slope: Scalar, factor: () => Scalar): Scalar {
  return isConstant(slope, 0) ? slope : slope.times(factor());
}

/** Returns 1 where x is greater, 1/2 where both are equal, else 0. */
function share(x: Scalar, y: Scalar): Scalar {
  return x.greater(y).minus(y.greater(x)).plus(1).times(0.5);
}
