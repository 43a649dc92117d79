/// <reference types="vite/client" />
// Reads a visitor's file and trains on it in a worker, so that the page can draw at any time.
import { InterruptedError } from '@scalearn/core';
import type { Task } from '@scalearn/datasets';
import type { Reply, Request, TrainSettings } from './messages.ts';
import { readTask, Session } from './session.ts';

let task: Task | undefined;
let session: Session | undefined;
let stop = new AbortController();
/** Requests are handled one after the other; only `stop` is handled at once. */
let work: Promise<void> = Promise.resolve();

const reply = (message: Reply): void => self.postMessage(message);

self.onmessage = ({ data }: MessageEvent<Request>): void => {
  if (data.type === 'stop') {
    stop.abort();
    return;
  }
  if (data.type === 'train') stop = new AbortController();
  work = work.then(() => handle(data)).catch(failed);
};

function failed(error: unknown): void {
  reply({ type: 'error', message: error instanceof Error ? error.message : String(error) });
}

async function handle(request: Exclude<Request, { type: 'stop' }>): Promise<void> {
  switch (request.type) {
    case 'read': {
      task = undefined;
      const read = await readTask(request.file, request.columns);
      task = read.task;
      return reply({ type: 'found', found: read.found });
    }
    case 'train':
      return await run(request.settings);
    case 'ask':
      return reply({ type: 'answer', text: (await session?.ask(request.text)) ?? '' });
    case 'download': {
      const bytes = await session?.pack(request.kind);
      if (bytes) reply({ type: 'file', name: `${task?.name ?? 'model'}-${request.kind}.zip`, bytes });
    }
  }
}

async function run(settings: TrainSettings): Promise<void> {
  if (!task) throw new Error('There are no rows yet. Choose a file first.');
  const { epochs, ...place } = settings;
  try {
    if (!session || session.settings.encoder !== place.encoder || session.settings.device !== place.device) {
      session?.dispose();
      session = undefined;
      reply({ type: 'status', text: 'Loading the encoder…' });
      session = await Session.open(settings);
    }
    reply({ type: 'device', description: session.device.description });
    reply({ type: 'status', text: `Compiling for ${session.device.kind}…` });
    await session.train(task, epochs, stop.signal, reply);
  } catch (error) {
    if (error instanceof InterruptedError) return reply({ type: 'stopped' });
    // The device may have failed.
    session?.dispose();
    session = undefined;
    throw error;
  }
}
