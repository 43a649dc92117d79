import { describe, expect, test } from 'vitest';
import { ReferenceDevice } from '../../../src/devices/reference.ts';
import { drawBlueprint } from '../../../src/devices/webgpu/plan/blueprint.ts';
import type { Graph } from '../../../src/graph/graph.ts';
import type { KernelProfile } from '../../../src/graph/kernel.ts';
import { input } from '../../../src/graph/leaves.ts';
import { dropout, randomInput } from '../../../src/ops/dropout.ts';
import { operationCases } from '../../operations/cases.ts';
import { caseGraph } from '../../operations/harness.ts';
import { smallTraining } from './training-graph.ts';

// What is sent to the GPU, without one. After a change on purpose: vitest run kernels -u, and read the difference.

const profiles: Readonly<Record<string, KernelProfile>> = {
  subgroup: { matmul: 'subgroup', rows: 'subgroup', subgroupSize: 8 },
  register: { matmul: 'register', rows: 'thread', subgroupSize: 0 },
  workgroup: { matmul: 'workgroup', rows: 'workgroup', subgroupSize: 0 },
};
const limit = 2 ** 27;

const draw = (graph: Graph, profile: KernelProfile = profiles.register as KernelProfile) =>
  drawBlueprint(graph, profile, limit);
const labels = (graph: Graph): string[] => draw(graph).dispatches.map(({ label }) => label);
const operation = (name: string): Graph => {
  const found = operationCases.find((c) => c.name === name);
  if (!found) throw new Error(`there is no case '${name}'`);
  return caseGraph(found);
};

/** Kernels whose text is recorded: what they are taken from, and the forms they are recorded in. */
const recorded: readonly {
  readonly from: string;
  readonly labels: RegExp;
  readonly forms: readonly string[];
}[] = [
  {
    from: 'linear with gelu, dropout and residual',
    labels: /gelu \+ multiply/,
    forms: Object.keys(profiles),
  },
  { from: 'linear with relu, long', labels: /^(matmul|sumColumns)/, forms: Object.keys(profiles) },
  { from: 'layer norm', labels: /^layerNormGradient/, forms: Object.keys(profiles) },
  { from: 'attention with dropout', labels: /^attention/, forms: ['subgroup', 'register'] },
  { from: 'attention in a window', labels: /^attention/, forms: ['subgroup', 'register'] },
  { from: 'attention with positions and dropout', labels: /^attention/, forms: ['subgroup', 'register'] },
  { from: 'products of heads, transposed b', labels: /^matmul/, forms: ['register'] },
  { from: 'rotary positions', labels: /^rotary/, forms: ['register'] },
  { from: 'sum of rows', labels: /sumRows|broadcast/, forms: ['register'] },
  { from: 'sum of a middle axis', labels: /sumColumns|sumAll/, forms: ['register'] },
  { from: 'embedding', labels: /embedding/, forms: ['register'] },
  { from: 'first token', labels: /selectFirst/, forms: ['register'] },
  { from: 'softmax, middle axis', labels: /softmax/, forms: ['register'] },
  { from: 'cross-entropy', labels: /crossEntropy/, forms: ['register'] },
  { from: 'concat of columns', labels: /join|cut/, forms: ['register'] },
  { from: 'pack and view', labels: /join/, forms: ['register'] },
  { from: 'multiply, middle axis', labels: /^multiply/, forms: ['register'] },
  { from: 'dropout of a cube', labels: /^multiply/, forms: ['register'] },
  { from: 'mask of the largest', labels: /topMask/, forms: ['register'] },
  { from: 'transpose', labels: /transpose/, forms: ['register'] },
];

describe('kernel text', () => {
  for (const { from, labels: wanted, forms } of recorded)
    for (const form of forms)
      test(`${from}, ${form}`, () => {
        const dispatches = draw(operation(from), profiles[form]).dispatches.filter(({ label }) =>
          wanted.test(label),
        );
        expect(dispatches).not.toHaveLength(0);
        for (const { label, code } of dispatches) expect(code).toMatchSnapshot(label);
      });

  test('does not depend on what streams and layers are called', () => {
    const codes = (stream: string): string[] => {
      const dropped = dropout(input('x', [3, 5]), 0.4, stream, randomInput());
      return draw({ outputs: { dropped } }).dispatches.map(({ code }) => code);
    };
    expect(codes('layer 1')).not.toHaveLength(0);
    expect(codes('layer 1')).toEqual(codes('layer 2'));
  });

  test('binds no more buffers than every adapter has', () => {
    for (const profile of Object.values(profiles))
      for (const c of operationCases)
        for (const { bindings, label } of draw(caseGraph(c), profile).dispatches)
          expect(bindings.filter(({ kind }) => kind === 'storage').length, label).toBeLessThanOrEqual(8);
  });
});

describe('fusion', () => {
  test('an activation, a mask and a residual sum follow their matrix product', () => {
    const { y } = operation('linear with gelu, dropout and residual').outputs;
    expect(labels({ outputs: { y: y as NonNullable<typeof y> } })).toEqual([
      'matmul + gelu + multiply + add',
    ]);
  });

  test('elementwise operations with no kernel before them are one kernel, with several results', () => {
    expect(
      labels(operation('a chain of elementwise operations')).filter((l) => !l.includes('sum')),
    ).toHaveLength(1);
  });

  test('what only a sum reads is computed in its loads', () => {
    const { loss } = operation('gelu').outputs;
    expect(labels({ outputs: { loss: loss as NonNullable<typeof loss> } })).toEqual([
      'gelu + multiply + sumAll',
    ]);
  });

  test('views, reshapes and aligned splits cost nothing', () => {
    const { y } = operation('split, one part unused').outputs;
    expect(labels({ outputs: { y: y as NonNullable<typeof y> } })).toEqual(['square']);
  });

  test('AdamW is one kernel that writes parameters and moments where they are', () => {
    const { dispatches, copies } = draw(smallTraining(new ReferenceDevice()).graph);
    const adam = dispatches.at(-1);
    expect(adam?.label).toBe('adamM + adamV + adamW');
    expect(adam?.bindings.filter(({ writes }) => writes)).toHaveLength(3);
    expect(adam?.bindings).toHaveLength(7);
    expect(copies).toEqual([]);
  });

  test('an output that is fed runs no kernel', () => {
    expect(labels({ outputs: { x: input('x', [3]) } })).toEqual([]);
  });
});
