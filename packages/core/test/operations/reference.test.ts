import { describe, expect, test } from 'vitest';
import { ReferenceDevice } from '../../src/devices/reference.ts';
import { caseValues, operationCases } from './cases.ts';
import { caseFeeds, caseGraph, relativeDifference, resultSize, runCase } from './harness.ts';

describe('gradients agree with central differences in float64', () => {
  for (const c of operationCases.filter((x) => !x.fixed)) {
    test(c.name, async () => {
      const device = new ReferenceDevice('float64');
      const graph = caseGraph(c);
      const program = await device.compile(graph);
      const feeds = caseFeeds(c, graph, resultSize(c));
      const analytic = await program.run(feeds);
      const loss = async (name: string, at: number, delta: number): Promise<number> => {
        const moved = Float64Array.from(feeds[name] as Float32Array);
        moved[at] = (moved[at] as number) + delta;
        return ((await program.run({ ...feeds, [name]: moved })).loss as Float64Array)[0] as number;
      };
      for (const [name, values] of Object.entries(caseValues(c))) {
        const gradient = analytic[`d ${name}`] as Float64Array;
        const scale = gradient.reduce((a, b) => Math.max(a, Math.abs(b)), 1e-6);
        for (let k = 0; k < 7; k++) {
          const at = (k * 7919 + 3) % values.length;
          const h = 1e-5;
          const numeric = ((await loss(name, at, h)) - (await loss(name, at, -h))) / (2 * h);
          expect(Math.abs(numeric - (gradient[at] as number)) / scale, `${name}[${at}]`).toBeLessThan(2e-6);
        }
      }
    });
  }
});

describe('the reference in float32 agrees with float64', () => {
  for (const c of operationCases)
    test(c.name, async () => {
      const exact = await runCase(new ReferenceDevice('float64'), c);
      const rounded = await runCase(new ReferenceDevice('float32'), c);
      for (const [name, values] of Object.entries(exact))
        expect(relativeDifference(rounded[name] as Float32Array, values), name).toBeLessThan(2e-5);
    });
});
