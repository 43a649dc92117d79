// Program that `serve` starts in its own process: answers requests with a model, and prints its address.
import { join } from 'node:path';
import { serve } from '@hono/node-server';
import { env, pipeline } from '@huggingface/transformers';
import { loadModel } from '@scalearn/models';
import { createService } from '@scalearn/serve';
import { Hono } from 'hono';
import { openDevice } from './device.ts';
import { encoderFolder } from './places.ts';

const [kind = '', folder = '', threads = '2'] = process.argv.slice(2);

async function scalearn(): Promise<(request: Request) => Response | Promise<Response>> {
  const device = await openDevice({ device: 'onnx', threads: Number(threads) });
  const model = await loadModel(join(folder, 'model'), { device, encoder: encoderFolder });
  return createService({ model }).fetch;
}

async function transformers(): Promise<(request: Request) => Response | Promise<Response>> {
  Object.assign(env, { allowRemoteModels: false, localModelPath: join(folder, 'exported') });
  const classify = await pipeline('text-classification', 'model', {
    dtype: 'fp32',
    session_options: { intraOpNumThreads: Number(threads) },
  });
  const app = new Hono();
  app.post('/v1/classify', async (context) => {
    const { inputs } = await context.req.json<{ inputs: string[] }>();
    return context.json({ outputs: await classify(inputs) });
  });
  return app.fetch;
}

const fetch = await (kind === 'scalearn' ? scalearn() : transformers());
serve({ fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) => console.log(`http://127.0.0.1:${port}`));
