import { PassThrough } from 'node:stream';
import type { EpochEvent, StartEvent, StepEvent } from '@scalearn/experiments';
import { Pace, type ProgressEvent } from '@scalearn/experiments/runs';
import { expect, test, vi } from 'vitest';
import { bytes, clock } from '../src/output/format.ts';
import { barText } from '../src/output/progress.ts';
import { barReporter, jsonReporter, plainReporter } from '../src/output/reporter.ts';
import type { Terminal } from '../src/output/terminal.ts';

function recorder(): Terminal & { text: { out: string; err: string } } {
  const text = { out: '', err: '' };
  return {
    text,
    interactive: true,
    out: (more) => {
      text.out += more;
    },
    err: (more) => {
      text.err += more;
    },
  };
}

const memory = { bytes: { encoder: 3 * 2 ** 20, arena: 0, sources: 1536 }, total: 3 * 2 ** 20 + 1536 };
const startEvent: StartEvent = {
  ...{ event: 'start', task: 'glue/rte', method: 'scalearn', seed: 0, steps: 1000, step: 0, epochs: 10 },
  ...{ trainRows: 2241, validationRows: 249, parameters: { method: 1152, head: 148_610 } },
  ...{ device: 'onnx', deviceDescription: 'ONNX Runtime', memory, activations: 2 ** 20, operations: 420 },
};
const stepEvent = (step: number): StepEvent => ({
  ...{ event: 'step', step, steps: 1000, epoch: 1, loss: 0.5, gradientNorm: 1 },
  ...{ learningRate: 1e-3, tokens: 200 },
});
const epochEvent: EpochEvent = {
  ...{ event: 'epoch', best: true, memory, epoch: 1, step: 500, trainLoss: 0.6, validationLoss: 0.7 },
  validationMetrics: { accuracy: 0.5, f1: Number.NaN },
};

test('a log gets at most three lines a minute about steps, with speed and time left', () => {
  const terminal = recorder();
  let now = 0;
  const reporter = plainReporter(terminal, () => now);
  reporter.start(startEvent);
  expect(terminal.text.err).toContain('trains 1,152 parameters and 148,610 of the head');
  expect(terminal.text.err).toContain(
    '4.0 MiB on the device: encoder 3.0 MiB, activations 1.0 MiB, sources 1.5 KiB\n',
  );
  terminal.text.err = '';
  for (let step = 1; step <= 500; step++) {
    now += 200;
    reporter.step(stepEvent(step));
  }
  const lines = terminal.text.err.trim().split('\n');
  expect(lines).toHaveLength(5);
  expect(lines[0]).toBe('step 100 of 1,000: loss 0.5000, 1,000 tokens/s, 3:00 left');
  terminal.text.err = '';
  reporter.epoch(epochEvent);
  expect(terminal.text.err).toBe(
    'epoch 1, step 500: training loss 0.6000, validation loss 0.7000, accuracy 0.5000, f1 undefined (best so far)\n',
  );
  expect(terminal.text.out).toBe('');
});

test('a log hears of what goes on besides steps, at the same pace, and not of what is done', () => {
  vi.useFakeTimers();
  const terminal = recorder();
  const reporter = plainReporter(terminal, () => Date.now());
  const progress = (phase: ProgressEvent['phase'], done: number, total: number): void =>
    reporter.progress({ event: 'progress', phase, done, total });
  progress('weights', 0, 200);
  vi.advanceTimersByTime(15_000);
  progress('weights', 150, 200);
  expect(terminal.text.err).toBe('');
  vi.advanceTimersByTime(5000);
  expect(terminal.text.err).toBe('reading weights: 75 %\n');
  progress('weights', 200, 200);
  progress('compile', 0, 1);
  vi.advanceTimersByTime(19_000);
  reporter.note('a note');
  vi.advanceTimersByTime(60_000);
  expect(terminal.text.err).toBe('reading weights: 75 %\na note\n');
  progress('tokenize', 2000, 60_000);
  progress('tokenize', 60_000, 60_000);
  progress('evaluate', 10, 20);
  reporter.close();
  vi.advanceTimersByTime(60_000);
  expect(terminal.text.err).toBe('reading weights: 75 %\na note\ntokenizing: 2,000 of 60,000 texts\n');
  vi.useRealTimers();
});

test('a program hears of it once a second', () => {
  const terminal = recorder();
  let now = 0;
  const reporter = jsonReporter(terminal, false, () => now);
  for (; now <= 2500; now += 100)
    reporter.progress({ event: 'progress', phase: 'tokenize', done: now, total: 5000 });
  expect(terminal.text.out).toBe(
    '{"event":"progress","phase":"tokenize","done":1000,"total":5000}\n{"event":"progress","phase":"tokenize","done":2000,"total":5000}\n',
  );
  jsonReporter(terminal, true, () => now).progress({
    event: 'progress',
    phase: 'compile',
    done: 0,
    total: 1,
  });
  expect(terminal.text.out.split('\n')).toHaveLength(3);
});

test.each([
  [120, `${'█'.repeat(20)}${'░'.repeat(20)} step 5 of 10 | loss 0.5000 | 0:10 left`],
  [60, `${'█'.repeat(10)}${'░'.repeat(10)} step 5 of 10 | loss 0.5000 | 0:10 left`],
  [45, 'step 5 of 10 | loss 0.5000 | 0:10 left'],
  [30, 'step 5 of 10 | loss 0.5000'],
  [20, '███░░░ step 5 of 10'],
  [10, 'step 5 o…'],
])('a line of a terminal of %i columns', (width, expected) => {
  expect(barText(0.5, ['step 5 of 10', 'loss 0.5000', '0:10 left'], width)).toBe(expected);
});

test('evaluation is no training time, but part of the time left', () => {
  const pace = new Pace();
  pace.start({ step: 100, steps: 300 }, 0);
  expect([pace.tokensPerSecond, clock(pace.secondsLeft)]).toEqual([undefined, '-:--']);
  for (let step = 101; step <= 200; step++) pace.step({ step, tokens: 50 }, (step - 100) * 100);
  pace.epoch({ epoch: 1 }, 30_000);
  pace.step({ step: 201, tokens: 50 }, 30_100);
  expect(pace.tokensPerSecond).toBeCloseTo(500, 6);
  expect(pace.secondsLeft).toBeCloseTo((30.1 / 101) * 99, 6);
});

test('a terminal gets a bar with step, loss, speed and time left, and lines for epochs above it', () => {
  const terminal = recorder();
  const stream = Object.assign(new PassThrough(), { isTTY: true, columns: 120 });
  let shown = '';
  stream.on('data', (data: Buffer) => {
    shown += String(data);
  });
  // cli-progress moves the cursor by the methods of a terminal stream.
  for (const name of ['cursorTo', 'clearLine', 'moveCursor']) Object.assign(stream, { [name]: () => true });
  const reporter = barReporter(terminal, stream);
  reporter.progress({ event: 'progress', phase: 'weights', done: 20, total: 200 });
  expect(shown).toMatch(/█+░+ reading weights \| 10 %/);
  reporter.start(startEvent);
  reporter.step(stepEvent(500));
  reporter.progress({ event: 'progress', phase: 'evaluate', done: 32, total: 249 });
  expect(shown).toContain('evaluating | 32 of 249 rows');
  reporter.progress({ event: 'progress', phase: 'evaluate', done: 249, total: 249 });
  reporter.epoch(epochEvent);
  reporter.close();
  expect(shown).toMatch(/█+░+ step 500 of 1,000 \| loss 0\.5000 \| \d+:\d\d left \| [\d,]+ tokens\/s/);
  expect(terminal.text.err).toContain('epoch 1, step 500');
});

test('units', () => {
  expect([0, 59.6, 3725, Number.NaN].map(clock)).toEqual(['0:00', '1:00', '1:02:05', '-:--']);
  expect([12, 2048, 5 * 2 ** 30].map(bytes)).toEqual(['12 B', '2.0 KiB', '5.0 GiB']);
});
