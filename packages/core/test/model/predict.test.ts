import { expect, test } from 'vitest';
import type { Graph, Program } from '../../src/graph.ts';
import { bottleneck, ReferenceDevice, train } from '../../src/index.ts';
import { tinyEncoder, tinyTask } from '../training/tiny.ts';

/** The reference device, whose runs take a moment; counts those under way. */
class SlowDevice extends ReferenceDevice {
  underWay = 0;
  override async compile(graph: Graph): Promise<Program> {
    const program = await super.compile(graph);
    const run = program.run.bind(program);
    program.run = async (inputs) => {
      this.underWay++;
      try {
        await new Promise((resolve) => setTimeout(resolve, 5));
        return await run(inputs);
      } finally {
        this.underWay--;
      }
    };
    return program;
  }
}

test('nothing is under way any more when predictions are interrupted', async () => {
  const device = new SlowDevice();
  const encoder = await tinyEncoder(device);
  const task = tinyTask({ validationRows: 40 });
  using model = await train({ encoder, task, method: bottleneck({ width: 2 }), epochs: 1 });
  const abort = new AbortController();
  const attempt = model.predict(task.validation, {
    batchSize: 4,
    signal: abort.signal,
    onProgress: ({ phase, done }) => {
      if (phase === 'evaluate' && done > 0) abort.abort(new Error('enough'));
    },
  });
  await expect(attempt).rejects.toThrow('enough');
  expect(device.underWay).toBe(0);
});

test('a model compiles once, however often it is asked, and frees what it compiled', async () => {
  let [compiled, disposed] = [0, 0];
  class CountingDevice extends ReferenceDevice {
    override async compile(graph: Graph): Promise<Program> {
      const program = await super.compile(graph);
      compiled++;
      const dispose = program.dispose.bind(program);
      program.dispose = () => {
        disposed++;
        dispose();
      };
      return program;
    }
  }
  const encoder = await tinyEncoder(new CountingDevice());
  const task = tinyTask({ validationRows: 4 });
  const model = await train({ encoder, task, method: bottleneck({ width: 2 }), epochs: 1 });
  [compiled, disposed] = [0, 0];
  const texts = task.validation.map(({ segments }) => segments);
  const first = await model.predictTexts(texts.slice(0, 1));
  const both = await Promise.all([model.predictTexts(texts), model.for(task.id).predictTexts(texts)]);
  expect(both[0]?.logits.slice(0, first.columns)).toEqual(first.logits);
  expect(compiled).toBe(1);
  await model.predict(task.validation);
  await model.predict(task.validation, { batchSize: 1 });
  expect(compiled).toBe(2);
  model.for(task.id).dispose();
  expect((await model.predictTexts(texts)).rows).toBe(4);
  model.dispose();
  await new Promise((resolve) => setTimeout(resolve));
  expect(disposed).toBe(2);
});

test('a compilation that failed is tried again', async () => {
  let fails = false;
  class FailingDevice extends ReferenceDevice {
    override compile(graph: Graph): Promise<Program> {
      return fails ? Promise.reject(new Error('no memory')) : super.compile(graph);
    }
  }
  const encoder = await tinyEncoder(new FailingDevice());
  const task = tinyTask({ validationRows: 4 });
  using model = await train({ encoder, task, method: bottleneck({ width: 2 }), epochs: 1 });
  fails = true;
  await expect(model.predict(task.validation)).rejects.toThrow('no memory');
  fails = false;
  expect((await model.predict(task.validation)).rows).toBe(4);
});
