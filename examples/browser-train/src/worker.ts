// Trains and predicts in a worker, so that the page can draw at any time.
import { InterruptedError, type NamedTensor, train } from '@scalearn/core';
import { evaluate, softmaxProbabilities } from '@scalearn/evaluation';
import type { Reply, Request, Settings } from './messages.ts';
import { Session, sourceNames } from './session.ts';

let session: Session | undefined;
let stop = new AbortController();
/** Requests are handled one after the other; only `stop` is handled at once. */
let work: Promise<void> = Promise.resolve();

const reply = (message: Reply): void => self.postMessage(message);

self.onmessage = ({ data }: MessageEvent<Request>): void => {
  if (data.type === 'stop') stop.abort();
  else {
    if (data.type === 'train') stop = new AbortController();
    work = work.then(() => (data.type === 'train' ? run(data.settings) : answer(data.texts))).catch(failed);
  }
};

/** Discards the session after an error, because the device may have failed. */
function failed(error: unknown): void {
  session?.dispose();
  session = undefined;
  reply({ type: 'error', message: error instanceof Error ? error.message : String(error) });
}

async function run(settings: Settings): Promise<void> {
  const { device, encoder, task, method, checkpoints, checkpoint } = await open(settings);
  const resume = checkpoint !== undefined;
  if (!resume) await score('before');
  let [step, steps] = [0, 0];
  reply({ type: 'status', text: resume ? 'Resuming…' : `Compiling for ${device.kind}…` });
  try {
    const model = await train({
      encoder,
      task,
      method,
      epochs: settings.epochs,
      patience: settings.epochs,
      batchSize: 16,
      seed: 0,
      signal: stop.signal,
      checkpoints,
      resume,
      onEvent: (event) => {
        if (event.event !== 'step' && event.event !== 'epoch') return;
        step = event.step;
        if (event.event === 'epoch')
          return reply({ type: 'epoch', step, validationLoss: event.validationLoss });
        steps = event.steps;
        reply({ type: 'step', step, steps, loss: event.loss });
      },
      onEpoch: async (parameters) => {
        reply(coefficients(parameters));
        // WebAssembly blocks the worker's event loop. This pause lets a stop request arrive.
        await new Promise((pause) => setTimeout(pause));
      },
    });
    session!.model.dispose();
    session!.model = model;
    session!.checkpoint = undefined;
    reply(coefficients((await model.snapshot()).tensors));
    await score('after');
    reply({ type: 'done', seconds: model.seconds, parameters: model.parameterCount.method });
  } catch (error) {
    if (!(error instanceof InterruptedError)) throw error;
    reply({ type: 'stopped', step, steps });
  }
}

/** Returns the session; opens a new one if the settings have changed. */
async function open(settings: Settings): Promise<Session> {
  if (session && JSON.stringify(session.settings) === JSON.stringify(settings)) return session;
  session?.dispose();
  session = undefined;
  reply({ type: 'status', text: 'Loading the encoder and seven adapters…' });
  session = await Session.open(settings);
  reply({ type: 'device', description: session.device.description });
  reply(coefficients((await session.model.snapshot()).tensors));
  return session;
}

async function score(when: 'before' | 'after'): Promise<void> {
  const { model, task } = session!;
  reply({ type: 'status', text: `Testing on ${task.test.length} rows…` });
  const { metrics } = await evaluate(model, task);
  reply({ type: 'scored', when, accuracy: metrics.accuracy ?? 0 });
}

/** Reads ω `[sources, 1]`: ScaLearnUniform++ has one for all layers. */
function coefficients(tensors: ReadonlyMap<string, NamedTensor>): Reply {
  const omega = [...tensors].find(([name]) => name.endsWith('.omega'))?.[1];
  return { type: 'coefficients', sources: sourceNames, values: Array.from(omega?.data ?? []) };
}

async function answer(texts: readonly [string, string]): Promise<void> {
  if (!session) throw new Error('There is no model yet. Train one first.');
  const probabilities = softmaxProbabilities(await session.model.predictTexts([texts]));
  const best = probabilities[1]! > probabilities[0]! ? 1 : 0;
  reply({ type: 'answer', label: session.task.labels?.[best] ?? '', probability: probabilities[best]! });
}
