import { binary, type Expression, Scalar, scalarConstant, scaled, toScalar, unary } from './scalar.ts';

/** Returns the derivative of an expression with respect to one input; the constant 0 if it does not depend on it. */
export function derivative(expression: Expression, index: number): Scalar {
  switch (expression.kind) {
    case 'input':
      return scalarConstant(expression.index === index ? 1 : 0);
    case 'constant':
    case 'dim':
      return scalarConstant(0);
    case 'unary':
      return scaled(derivative(expression.x, index), () =>
        toScalar(expression.fn.derivative(new Scalar(expression.x))),
      );
    case 'binary': {
      const [x, y] = [new Scalar(expression.x), new Scalar(expression.y)];
      const [dx, dy] = [derivative(expression.x, index), derivative(expression.y, index)];
      return toScalar(expression.fn.derivative(x, y, dx, dy));
    }
  }
}

/** Returns the indices of the inputs that an expression reads, in order of first use. */
export function inputsOf(expression: Expression, found: Set<number> = new Set()): Set<number> {
  if (expression.kind === 'input') found.add(expression.index);
  if (expression.kind === 'unary' || expression.kind === 'binary') inputsOf(expression.x, found);
  if (expression.kind === 'binary') inputsOf(expression.y, found);
  return found;
}

/** Returns the part of an expression that reads the most inputs, but at least two and at most `limit`. */
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

/** Replaces every occurrence of a part by another expression. */
export function replacePart(expression: Expression, part: Expression, by: Expression): Expression {
  if (expression === part) return by;
  if (expression.kind === 'unary') return { ...expression, x: replacePart(expression.x, part, by) };
  if (expression.kind !== 'binary') return expression;
  return { ...expression, x: replacePart(expression.x, part, by), y: replacePart(expression.y, part, by) };
}

/** Replaces the inputs of an expression. Inputs without a replacement stay. */
export function substitute(expression: Expression, inputs: readonly Scalar[]): Scalar {
  switch (expression.kind) {
    case 'input':
      return inputs[expression.index] ?? new Scalar(expression);
    case 'constant':
    case 'dim':
      return new Scalar(expression);
    case 'unary':
      return unary(expression.fn, substitute(expression.x, inputs));
    case 'binary':
      return binary(expression.fn, substitute(expression.x, inputs), substitute(expression.y, inputs));
  }
}
