import {
  CheckpointError,
  type CheckpointStore,
  DisposedError,
  DivergedError,
  InterruptedError,
  ReferenceDevice,
} from '@scalearn/core';
import { encoderFamilies } from '@scalearn/encoders';
import { requestOnnxDevice } from '@scalearn/onnx';
import { describe, expect, test } from 'vitest';
import {
  type HeldOutRecord,
  MaskedLanguageModel,
  maskedLMFiles,
  type PretrainEvent,
  type PretrainOptions,
  pretrain,
} from '../src/index.ts';
import { loadTinyTokenizer, rows, tinyConfig } from './tiny.ts';

const tokenizer = await loadTinyTokenizer();
const [texts, heldOut] = [rows(40, 1), rows(12, 2)];

class MemoryStore implements CheckpointStore {
  bytes: Uint8Array | undefined;
  async load(): Promise<Uint8Array | undefined> {
    return this.bytes;
  }
  async save(bytes: Uint8Array): Promise<void> {
    this.bytes = bytes.slice();
  }
}

interface Outcome {
  readonly history: readonly HeldOutRecord[];
  readonly weights: Uint8Array;
}

/** Pretrains a fresh model. */
async function run(options: Partial<PretrainOptions> = {}, seed = 5): Promise<Outcome> {
  using device = new ReferenceDevice('float32');
  using model = new MaskedLanguageModel({ device, config: tinyConfig, seed });
  const base = { model, tokenizer, texts, heldOut, steps: 12, batchSize: 6, evaluateEvery: 5, seed };
  const history = await pretrain({ ...base, ...options });
  const files = await maskedLMFiles(model, { dtype: 'F32' });
  return { history, weights: files['model.safetensors'] as Uint8Array };
}

/** Runs, and stops after some steps. */
async function stoppedAfter(steps: number, checkpoints: CheckpointStore, options = {}): Promise<void> {
  const stop = new AbortController();
  const onEvent = (event: PretrainEvent): void => {
    if (event.event === 'step' && event.step === steps) stop.abort();
  };
  await expect(run({ ...options, checkpoints, onEvent, signal: stop.signal })).rejects.toThrow(
    InterruptedError,
  );
}

describe('pretraining', () => {
  test('whose device is disposed of at a step rejects, and ends no process', async () => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown): void => void unhandled.push(reason);
    process.on('unhandledRejection', note);
    const device = await requestOnnxDevice({ threads: 1 });
    const model = new MaskedLanguageModel({ device, config: tinyConfig });
    const attempt = pretrain({
      ...{ model, tokenizer, texts, heldOut, steps: 12, batchSize: 6 },
      onEvent: (event) => {
        if (event.event === 'step' && event.step === 3) device.dispose();
      },
    });
    await expect(attempt).rejects.toBeInstanceOf(DisposedError);
    await new Promise((resolve) => setTimeout(resolve, 5));
    process.off('unhandledRejection', note);
    expect(unhandled).toEqual([]);
  });

  test('learns to guess masked tokens, and tells how it goes', async () => {
    const events: PretrainEvent[] = [];
    const { history } = await run({
      steps: 90,
      batchSize: 8,
      evaluateEvery: 30,
      learningRate: 0.03,
      onEvent: (event) => events.push(event),
    });
    expect(history.map(({ step }) => step)).toEqual([30, 60, 90]);
    // 160 tokens: before training the loss is near ln 160 = 5.1; the language has 2 to 4 choices at a place.
    const [first, , last] = history as [HeldOutRecord, HeldOutRecord, HeldOutRecord];
    expect(last.loss).toBeLessThan(1.6);
    expect(last.loss).toBeLessThan(first.loss);
    expect(last.accuracy).toBeGreaterThan(0.4);
    const [start] = events;
    expect(start).toMatchObject({ event: 'start', steps: 90, step: 0, texts: 40, heldOut: 12 });
    const steps = events.filter((event) => event.event === 'step');
    expect(steps).toHaveLength(90);
    expect(steps[0]?.loss).toBeGreaterThan(4.5);
    expect(steps.map(({ learningRate }) => learningRate).indexOf(0.03)).toBe(9);
    expect(steps.every(({ tokens, masked }) => masked > 0 && masked < tokens / 4)).toBe(true);
    expect(events.at(-1)).toEqual({ event: 'evaluation', ...last });
  });

  test('masks a text anew whenever it comes up, held-out texts always alike', async () => {
    const losses: number[] = [];
    const onEvent = (event: PretrainEvent): void => {
      if (event.event === 'step') losses.push(event.loss);
    };
    // Nothing is learned: the loss changes with the masks only.
    const still = { texts: rows(1), learningRate: 0, steps: 8, evaluateEvery: 4, onEvent };
    const { history } = await run(still);
    expect(new Set(losses).size).toBeGreaterThan(3);
    expect(history[1]?.loss).toBe(history[0]?.loss);
  });

  test('gives the same bytes for the same seed, and others for another', async () => {
    const one = await run();
    expect(await run()).toEqual(one);
    expect((await run({}, 6)).weights).not.toEqual(one.weights);
    expect((await run({ seed: 6 })).weights).not.toEqual(one.weights);
  });

  test.each([false, true])(
    'that was stopped and resumed ends with the same bytes; dropout %s',
    async (dropout) => {
      const whole = await run({ dropout });
      // In the middle, right before an evaluation (of step 5), and on the last step.
      for (const steps of [3, 5, 12]) {
        const checkpoints = new MemoryStore();
        await stoppedAfter(steps, checkpoints, { dropout });
        // Another seed for the first weights: they come from the checkpoint.
        expect(await run({ dropout, checkpoints, resume: true, seed: 5 }, 99)).toEqual(whole);
      }
    },
  );

  test('that was killed goes on from its last checkpoint', async () => {
    const whole = await run();
    const checkpoints = new MemoryStore();
    const killed = run({
      checkpoints,
      onEvent: (event) => {
        if (event.event === 'step' && event.step === 8) throw new Error('killed');
      },
    });
    await expect(killed).rejects.toThrow('killed');
    const steps: number[] = [];
    const onEvent = (event: PretrainEvent): void => {
      if (event.event === 'step') steps.push(event.step);
    };
    expect(await run({ checkpoints, resume: true, onEvent })).toEqual(whole);
    expect(steps[0]).toBe(6);
  });

  test('that was killed between evaluations goes on from the checkpoint between them', async () => {
    const whole = await run();
    const checkpoints = new MemoryStore();
    const killed = run({
      ...{ checkpoints, checkpointEvery: 1e-9 },
      onEvent: (event) => {
        if (event.event === 'step' && event.step === 9) throw new Error('killed');
      },
    });
    await expect(killed).rejects.toThrow('killed');
    const steps: number[] = [];
    const onEvent = (event: PretrainEvent): void => {
      if (event.event === 'step') steps.push(event.step);
    };
    expect(await run({ checkpoints, resume: true, onEvent })).toEqual(whole);
    expect(steps[0]).toBeGreaterThan(6);
  });

  test('that is finished does nothing more when it is resumed', async () => {
    const checkpoints = new MemoryStore();
    const whole = await run({ checkpoints });
    const onEvent = (event: PretrainEvent): void => expect(event.event).toBe('start');
    expect(await run({ checkpoints, resume: true, onEvent })).toEqual(whole);
  });

  test('starts anew without being told to resume', async () => {
    const checkpoints = new MemoryStore();
    const whole = await run();
    await stoppedAfter(3, checkpoints);
    expect(await run({ checkpoints })).toEqual(whole);
  });

  test.each<[string, Partial<PretrainOptions>]>([
    ['steps', { steps: 13 }],
    ['learningRate', { learningRate: 1 }],
    ['texts', { texts: rows(41, 1) }],
    ['heldOut', { heldOut: rows(12, 3) }],
    ['dropout', { dropout: true }],
  ])('is not resumed under other settings: %s', async (name, changed) => {
    const checkpoints = new MemoryStore();
    await stoppedAfter(3, checkpoints);
    const error = await run({ checkpoints, resume: true, ...changed }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(CheckpointError);
    expect((error as Error).message).toContain(`${name} was`);
  });

  test('does not go on from a damaged checkpoint', async () => {
    const checkpoints = new MemoryStore();
    await stoppedAfter(3, checkpoints);
    const text = new TextDecoder('latin1').decode(checkpoints.bytes);
    const at = text.indexOf('\\"step\\":3');
    expect(at).toBeGreaterThan(0);
    (checkpoints.bytes as Uint8Array)[at + 9] = '-'.charCodeAt(0);
    await expect(run({ checkpoints, resume: true })).rejects.toThrow(CheckpointError);
  });

  test('stops where the loss is no number', async () => {
    await expect(run({ learningRate: 1e30, warmupSteps: 0 })).rejects.toThrow(DivergedError);
  });

  test.each<[string, Partial<PretrainOptions>]>([
    ['there are no texts', { texts: [] }],
    ['no held-out texts', { heldOut: [] }],
    ['steps must be a whole number of at least 1', { steps: 0 }],
    ['batchSize must be', { batchSize: 0.5 }],
    ['maxLength is 17, but the encoder takes 16', { maxLength: 17 }],
    ['maskRate must be a number from 0 to 1', { maskRate: 1.5 }],
    ['learningRate must be', { learningRate: Number.NaN }],
    ['text 1 has no token that could be masked: [" "]', { texts: [['Anna'], [' ']] }],
  ])('%s', async (message, options) => {
    await expect(run(options)).rejects.toThrow(message);
  });

  test('takes a family of encoders of your own', async () => {
    using device = new ReferenceDevice('float32');
    const own = { ...encoderFamilies[0]!, modelType: 'own' };
    const config = { ...tinyConfig, modelType: 'own' };
    using model = new MaskedLanguageModel({ device, config, families: [own], seed: 5 });
    const base = { model, tokenizer, texts, heldOut, steps: 12, batchSize: 6, evaluateEvery: 5, seed: 5 };
    expect(await pretrain(base)).toEqual((await run()).history);
  });

  test('leaves nothing behind on the device', async () => {
    using device = new ReferenceDevice('float32');
    const model = new MaskedLanguageModel({ device, config: tinyConfig });
    const before = device.memory().total;
    await pretrain({ model, tokenizer, texts, heldOut, steps: 2, batchSize: 4 });
    expect(device.memory().total).toBe(before);
    model.dispose();
    expect(device.memory().total).toBe(0);
  });
});
