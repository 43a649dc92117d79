import { expect, test } from 'vitest';
import { bottleneck, type Graph, type Program, ReferenceDevice, train } from '../../src/index.ts';
import { tinyEncoder, tinyTask } from './tiny.ts';

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
