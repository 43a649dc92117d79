import { add, dropout, gelu, gradients, input, layerNorm, randomInput, sum } from '@scalearn/core/graph';
import { expect, test } from 'vitest';
import { translate } from '../src/translate.ts';

const x = input('x', ['tokens', 8]);

test('equal nodes are written once', () => {
  const once = translate({ outputs: { a: gelu(x) } });
  const twice = translate({ outputs: { a: gelu(x), b: gelu(x) } });
  // The second output costs the node that names it.
  expect(twice.nodeCount).toBe(once.nodeCount + 1);
});

test('a gradient shares the nodes of the forward pass', () => {
  const [weight, bias] = [input('weight', [8]), input('bias', [8])];
  const loss = sum(layerNorm(x, weight, bias, 1e-5));
  const [dx] = gradients(loss, [x]);
  const { model } = translate({ outputs: { loss, dx: dx as NonNullable<typeof dx> } });
  const types = new TextDecoder('latin1').decode(model).match(/LayerNormalization(?!_)/g);
  // Once as the type of a node; its outputs' names go on with an underscore.
  expect(types).toHaveLength(1);
});

test('equal host values are fed once', () => {
  const random = randomInput();
  const same = add(dropout(x, 0.1, 'a', random), dropout(x, 0.1, 'a', random));
  const different = add(dropout(x, 0.1, 'a', random), dropout(x, 0.1, 'b', random));
  expect(translate({ outputs: { same } }).hostInputs).toHaveLength(1);
  expect(translate({ outputs: { different } }).hostInputs).toHaveLength(2);
});
