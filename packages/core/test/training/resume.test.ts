import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { RandomStream } from '../../src/graph.ts';
import {
  type Adapter,
  bottleneck,
  CheckpointError,
  type CheckpointStore,
  InterruptedError,
  ReferenceDevice,
  SafetensorsError,
  scalearn,
  type TrainEvent,
  train,
} from '../../src/index.ts';
import { plainAdapter } from '../methods/random-adapter.ts';
import { MemoryStore, outcome, type TaskRun, tinyEncoder, tinyTask } from './tiny.ts';

const device = new ReferenceDevice();
const encoder = await tinyEncoder(device);
const task = tinyTask({ noise: true });
// Five steps an epoch; noise, so that the best epoch is not the last.
const run: TaskRun = {
  encoder,
  task,
  method: bottleneck({ width: 4 }),
  batchSize: 8,
  epochs: 4,
  learningRate: 3e-2,
  weightDecay: 0.01,
  warmupSteps: 2,
  seed: 1,
};

async function result(options: Partial<TaskRun> = {}): Promise<unknown> {
  using model = await train({ ...run, ...options });
  return await outcome(model);
}

/** Trains until a step is done, is interrupted there, and gives back what was saved. */
async function interruptedAt(step: number, options: Partial<TaskRun> = {}): Promise<Uint8Array> {
  const store = new MemoryStore();
  const abort = new AbortController();
  const onEvent = (event: TrainEvent): void => {
    if (event.event === 'step' && event.step === step) abort.abort();
  };
  const attempt = result({ ...options, checkpoints: store, signal: abort.signal, onEvent });
  await expect(attempt).rejects.toBeInstanceOf(InterruptedError);
  return store.saved.at(-1) as Uint8Array;
}

/** The step a checkpoint was taken at, as its resumed run says. */
async function resume(bytes: Uint8Array, options: Partial<TaskRun> = {}) {
  let step = -1;
  const onEvent = (event: TrainEvent): void => {
    if (event.event === 'start') step = event.step;
  };
  return {
    end: await result({ ...options, checkpoints: new MemoryStore(bytes), resume: true, onEvent }),
    step,
  };
}

async function source(name: string): Promise<Adapter> {
  const sourceTask = tinyTask({ id: `tiny/${name}` });
  using model = await train({ ...run, task: sourceTask, epochs: 1 });
  return plainAdapter(await model.adapter());
}

describe('a run that was interrupted and resumed ends with the same bytes', () => {
  const whole = result();
  const steps = [...new RandomStream(Date.now(), 'interruptions').permutation(20).subarray(0, 3)].map(
    (s) => s + 1,
  );

  test.each([1, 5, 20, ...steps])('interrupted at step %i of 20', async (at) => {
    const before = device.memory().total;
    const bytes = await interruptedAt(at);
    expect(device.memory().total).toBe(before);
    const { end, step } = await resume(bytes);
    // Steps that were under way are finished first.
    expect(step).toBeGreaterThanOrEqual(at);
    expect(step).toBeLessThan(at + 3);
    expect(end).toEqual(await whole);
    expect(device.memory().total).toBe(before);
  });

  test('killed after any checkpoint, the last one included', async () => {
    const store = new MemoryStore();
    expect(await result({ checkpoints: store })).toEqual(await whole);
    expect(store.saved.length).toBe(4);
    for (const bytes of store.saved) expect((await resume(bytes)).end).toEqual(await whole);
  });

  test("between an epoch's last step and its evaluation", async () => {
    const { end, step } = await resume(await interruptedAt(5));
    expect(step).toBe(5);
    expect(end).toEqual(await whole);
  });

  test('before the first step, and again and again', async () => {
    const abort = new AbortController();
    abort.abort();
    const store = new MemoryStore();
    const attempt = result({ checkpoints: store, signal: abort.signal });
    await expect(attempt).rejects.toThrow('interrupted at step 0 of 20');
    let bytes = store.saved.at(-1) as Uint8Array;
    for (const at of [2, 7, 13])
      bytes = await interruptedAt(at, { checkpoints: new MemoryStore(bytes), resume: true });
    expect((await resume(bytes)).end).toEqual(await whole);
  });

  test('stage 2, shared ω and its dropout included', async () => {
    const sources = [await source('a'), await source('b')];
    const stage2 = { method: scalearn({ sources, variant: 'scalearn++' }) };
    const expected = await result(stage2);
    for (const at of [3, 11])
      expect((await resume(await interruptedAt(at, stage2), stage2)).end).toEqual(expected);
  });

  test('with nothing saved it begins at the beginning', async () => {
    expect(await result({ checkpoints: new MemoryStore(), resume: true })).toEqual(await whole);
    // Without `resume` what was saved is left alone.
    expect(await result({ checkpoints: new MemoryStore(await interruptedAt(3)) })).toEqual(await whole);
  });

  test('an evaluation that is no number is the same after it was resumed', async () => {
    // A correlation of constant predictions is NaN: as the first value it is never beaten.
    const scores = [Number.NaN, 0.5, Number.POSITIVE_INFINITY, 0.1];
    const options = (): Partial<TaskRun> => ({
      metrics: (predictions) => ({ score: scores[counts.indexOf(predictions.loss)] as number }),
      select: { metric: 'score', better: 'higher' },
    });
    // Which evaluation it is can be told by its loss, also when the run begins in the middle.
    const { history } = (await whole) as { history: { validationLoss: number }[] };
    const counts = history.map((record) => record.validationLoss);
    const store = new MemoryStore();
    const expected = await result({ ...options(), checkpoints: store });
    expect(expected).toMatchObject({ bestEpoch: 1 });
    for (const bytes of store.saved) expect((await resume(bytes, options())).end).toEqual(expected);
  });
});

describe('saves between evaluations', () => {
  // A step takes a minute.
  beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'], now: 0 }));
  afterEach(() => void vi.useRealTimers());
  const onEvent = ({ event }: TrainEvent): void => {
    if (event === 'step') vi.advanceTimersByTime(60_000);
  };
  const stepOf = async (bytes: Uint8Array): Promise<number> => (await resume(bytes)).step;

  test.each([
    [0, 0],
    [1000, 0],
    [2, 4],
  ])('every %d minutes: a run killed after any of them ends with the same bytes', async (minutes, least) => {
    const store = new MemoryStore();
    const whole = await result();
    expect(await result({ checkpoints: store, checkpointEvery: minutes, onEvent })).toEqual(whole);
    const between: number[] = [];
    for (const bytes of store.saved) {
      const { step, end } = await resume(bytes, { checkpointEvery: 1 });
      if (step % 5 > 0) between.push(step);
      expect(end, `from step ${step}`).toEqual(whole);
    }
    expect(store.saved).toHaveLength(4 + between.length);
    expect(between.length).toBeGreaterThanOrEqual(least);
  });

  test('ten minutes are the default', async () => {
    const store = new MemoryStore();
    await result({ checkpoints: store, batchSize: 2, epochs: 1, onEvent });
    expect(store.saved).toHaveLength(2);
    await expect(result({ checkpointEvery: -1 })).rejects.toThrow(
      'checkpointEvery must be a number of at least 0',
    );
  });

  test('go on while steps do, one at a time', async () => {
    const store = new MemoryStore();
    let [underWay, most, steps] = [0, 0, 0];
    const slow: CheckpointStore = {
      load: () => store.load(),
      async save(bytes) {
        most = Math.max(most, ++underWay);
        const before = steps;
        for (let turn = 0; turn < 100; turn++) await Promise.resolve();
        meanwhile = Math.max(meanwhile, steps - before);
        await store.save(bytes);
        underWay--;
      },
    };
    let meanwhile = 0;
    const counted = (event: TrainEvent): void => {
      if (event.event === 'step') steps++;
      onEvent(event);
    };
    expect(await result({ checkpoints: slow, checkpointEvery: 1, onEvent: counted })).toEqual(await result());
    expect([underWay, most]).toEqual([0, 1]);
    expect(meanwhile).toBeGreaterThan(0);
  });

  test('a save that fails ends the run, and the one before is kept', async () => {
    const store = new MemoryStore();
    const failing: CheckpointStore = {
      load: () => store.load(),
      save: (bytes) => (store.saved.length < 2 ? store.save(bytes) : Promise.reject(new Error('no room'))),
    };
    const before = device.memory().total;
    let steps = 0;
    const counted = (event: TrainEvent): void => {
      if (event.event === 'step') steps++;
      onEvent(event);
    };
    const attempt = result({ checkpoints: failing, checkpointEvery: 1, onEvent: counted });
    await expect(attempt).rejects.toThrow('no room');
    expect(steps).toBeLessThan(12);
    expect(device.memory().total).toBe(before);
    expect(await stepOf(store.saved.at(-1) as Uint8Array)).toBeGreaterThan(0);
  });
});

describe('a checkpoint is refused', () => {
  const other = new ReferenceDevice();
  test.each<[string, Partial<TaskRun> | (() => Promise<Partial<TaskRun>>)]>([
    ['seed', { seed: 2 }],
    ['learningRate', { learningRate: 1e-3 }],
    ['batchSize', { batchSize: 4 }],
    ['steps', { epochs: 5 }],
    ['patience', { patience: 4 }],
    ['weightDecay', { weightDecay: 0 }],
    ['method', async () => ({ method: scalearn({ sources: [await source('a')] }) })],
    ['methodSettings', { method: bottleneck({ width: 4, nonLinearity: 'gelu' }) }],
    ['parameters', { method: bottleneck({ width: 2 }) }],
    ['task', { task: tinyTask({ id: 'tiny/other' }) }],
    ['trainRows', { task: tinyTask({ rows: 48 }) }],
    ['data', { task: { ...task, fingerprint: 'f2' } }],
    ['maxLength', { task: { ...task, maxLength: 11 } }],
    ['truncation', { task: { ...task, truncation: 'onlyFirst' } }],
    ['encoder', async () => ({ encoder: await tinyEncoder(other, { seed: 1 }) })],
    ['select', { metrics: () => ({ f1: 1 }), select: { metric: 'f1', better: 'higher' } }],
  ])('where %s differs, and the error says how', async (name, options) => {
    const before = device.memory().total;
    const bytes = await interruptedAt(3);
    const changed = typeof options === 'function' ? await options() : options;
    const error = await resume(bytes, changed).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(CheckpointError);
    expect((error as Error).message).toMatch(new RegExp(`other settings: .*\\b${name} was .*, is `));
    expect(device.memory().total).toBe(before);
  });

  test('where the sources of stage 2 have other weights', async () => {
    const a = await source('a');
    const layers = a.layers.map((layer) => ({ ...layer, up: layer.up.map((x) => x * 1.0001) }));
    const stage2 = { method: scalearn({ sources: [a] }) };
    const bytes = await interruptedAt(2, stage2);
    const changed = { method: scalearn({ sources: [{ ...a, layers }] }) };
    await expect(resume(bytes, changed)).rejects.toThrow(CheckpointError);
    expect((await resume(bytes, stage2)).step).toBeGreaterThanOrEqual(2);
  });

  test('where it is cut off anywhere, or damaged', async () => {
    const bytes = await interruptedAt(3);
    for (const length of [0, 5, 8, 100, bytes.length - 1]) {
      const attempt = resume(bytes.subarray(0, length));
      await expect(attempt, `${length} bytes`).rejects.toBeInstanceOf(SafetensorsError);
    }
    const text = Buffer.from(bytes).toString('latin1');
    for (const [from, to] of [
      ['"progress":"{', '"progress":"['],
      ['"progress"', '"progresS"'],
      ['"settings":"{', '"settings":"['],
      ['"version":"1"', '"version":"9"'],
      ['decay/best', 'decay/Best'],
      ['\\"step\\":', '\\"steq\\":'],
      ['\\"evaluations\\":0', '\\"evaluations\\":1'],
    ] as const) {
      const damaged = new Uint8Array(Buffer.from(text.replace(from, to), 'latin1'));
      expect(damaged).not.toEqual(bytes);
      const error = await resume(damaged).catch((thrown: unknown) => thrown);
      expect(error instanceof CheckpointError || error instanceof SafetensorsError, `${to}: ${error}`).toBe(
        true,
      );
    }
  });

  test('before anything is compiled for the run', async () => {
    const bytes = await interruptedAt(3);
    const spy = vi.spyOn(device, 'compile');
    await expect(resume(bytes, { seed: 9 })).rejects.toThrow('seed was 1, is 9');
    expect(spy).not.toHaveBeenCalled();
    spy.mockRestore();
  });
});

/** A device that chooses kernels. It lists what happens on it. */
class ChoosingDevice extends ReferenceDevice {
  readonly happened: string[] = [];
  readonly kernels = { 'tokens×8 · 8×8': 'register 4×4' };
  useKernels(record: Readonly<Record<string, string>>): void {
    this.happened.push(JSON.stringify(record));
  }
  override async compile(
    ...given: Parameters<ReferenceDevice['compile']>
  ): ReturnType<ReferenceDevice['compile']> {
    this.happened.push('compile');
    return super.compile(...given);
  }
}

test('a resumed run uses the kernels that it was begun with, before it compiles', async () => {
  const begun = new ChoosingDevice();
  const bytes = await interruptedAt(2, { encoder: await tinyEncoder(begun) });
  expect(begun.happened).not.toContain(JSON.stringify(begun.kernels));
  const other = new ChoosingDevice();
  await resume(bytes, { encoder: await tinyEncoder(other) });
  expect(other.happened.slice(0, 2)).toEqual([JSON.stringify(begun.kernels), 'compile']);
});
