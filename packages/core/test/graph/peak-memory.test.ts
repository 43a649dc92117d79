import { expect, test } from 'vitest';
import { peakMemory } from '../../src/graph/peak-memory.ts';
import { add, exp, input, matmul, sum, tanh } from '../../src/graph.ts';

const dims = { tokens: 10 };

test('counts what is needed at once, and frees what is not needed any more', () => {
  const x = input('x', ['tokens', 4]);
  // Two values of 160 bytes live at once however long the chain is.
  expect(peakMemory({ outputs: { y: tanh(exp(tanh(exp(x)))) } }, dims)).toBe(320);
  // The first is needed again at the end.
  const first = exp(x);
  expect(peakMemory({ outputs: { y: add(first, tanh(tanh(tanh(first)))) } }, dims)).toBe(480);
});

test('inputs are not counted; outputs are until the end', () => {
  const x = input('x', ['tokens', 4]);
  expect(peakMemory({ outputs: { x } }, dims)).toBe(0);
  const square = matmul(x, x, { transposeB: true });
  expect(peakMemory({ outputs: { square, total: sum(exp(x)) } }, dims)).toBe(400 + 160 + 4);
});
