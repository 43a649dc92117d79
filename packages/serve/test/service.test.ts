import { encoderFolder } from '@scalearn/assets-mini';
import { bottleneck, type Device, type TrainingTask, train } from '@scalearn/core';
import { loadEncoder, memoryFolder, type TransformerEncoder } from '@scalearn/encoders';
import { type LoadedModel, loadModel, modelFiles } from '@scalearn/models';
import { requestOnnxDevice } from '@scalearn/onnx';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createService, type RequestRecord, type ServiceOptions } from '../src/index.ts';

const rows = ['good', 'bad'].map((text, label) => ({ segments: [text] as const, label }));
const task = (id: string, labels: readonly string[] | null): TrainingTask => ({
  ...{ id, labels, problem: labels ? 'singleLabelClassification' : 'regression' },
  ...{ maxLength: 32, truncation: 'longestFirst', train: rows, validation: rows },
});

let device: Device;
let encoder: TransformerEncoder;
const models: Record<string, LoadedModel> = {};
beforeAll(async () => {
  device = await requestOnnxDevice({ threads: 1 });
  encoder = await loadEncoder(encoderFolder, { device, layers: 1 });
  for (const each of [task('reviews', ['negative', 'positive']), task('stars', null)]) {
    using model = await train({
      encoder,
      task: each,
      method: bottleneck(),
      epochs: 1,
      batchSize: 2,
      seed: 0,
    });
    models[each.id] = await loadModel(memoryFolder(await modelFiles(model)), { encoder });
  }
});
afterAll(async () => {
  for (const model of Object.values(models)) model.dispose();
  encoder.dispose();
  await device.dispose();
});

const post = (body: unknown, headers: Record<string, string> = {}) =>
  new Request('http://localhost/v1/classify', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

async function answer(request: Request | string, options: ServiceOptions = {}, of = models) {
  const { fetch } = createService(of, options);
  const response = await fetch(
    typeof request === 'string' ? new Request(`http://localhost${request}`) : request,
  );
  const text = await response.text();
  return { response, text, json: text.startsWith('{') ? JSON.parse(text) : undefined };
}

describe('POST /v1/classify', () => {
  test('answers as the model does, in the order of the texts', async () => {
    const inputs = ['good', ['bad'], ['good', 'bad']] as const;
    const { response, json } = await answer(post({ model: 'reviews', inputs }));
    expect(response.status).toBe(200);
    expect(json).toMatchObject({ model: 'reviews', task: 'reviews' });
    const expected = await models.reviews!.classify(inputs);
    expect(json.outputs).toEqual(JSON.parse(JSON.stringify(expected)));
  });

  test('answers scores for a model of scores, and takes a single text', async () => {
    const { json } = await answer(post({ model: 'stars', inputs: 'good' }));
    expect(json.outputs).toEqual([{ score: expect.any(Number) }]);
  });

  test('needs no model where there is one', async () => {
    const { json } = await answer(post({ inputs: ['good'] }), {}, { reviews: models.reviews! });
    expect(json.outputs[0].labels).toHaveLength(1);
  });

  test.each([
    ['{', 400, /not JSON/],
    [[], 400, /the body is not a JSON object/],
    [{}, 400, /inputs is missing; it must be a text or a list/],
    [{ inputs: 3 }, 400, /inputs is 3; it must be/],
    [{ inputs: ['a', 3] }, 400, /inputs/],
    [{ inputs: [['a', 'b', 'c']] }, 400, /inputs/],
    [{ inputs: ['a'], modell: 'x' }, 400, /modell is not known/],
    [{ inputs: ['a'] }, 400, /model must name one of reviews, stars/],
    [{ model: 'x', inputs: ['a'] }, 404, /no model 'x'/],
    [{ model: 'stars', task: 'x', inputs: ['a'] }, 404, /no task 'x'/],
    [{ model: 'stars', inputs: ['aaaaaaaaaaa'] }, 413, /11 characters; a text may have 10/],
    [{ model: 'stars', inputs: ['a', 'b', 'c', 'd'] }, 413, /3 texts, not 4/],
    [{ model: 'stars', inputs: ['a'], task: 'x'.repeat(400) }, 413, /300 bytes/],
  ])('%j: %i', async (body, status, message) => {
    const { response, json } = await answer(post(body), { maxText: 10, maxTexts: 3, maxBody: 300 });
    expect(json.error.message).toMatch(message);
    expect(response.status).toBe(status);
  });

  test('a body that is not said to be JSON: 415', async () => {
    const { response } = await answer(post({ inputs: 'a' }, { 'content-type': 'text/plain' }));
    expect(response.status).toBe(415);
  });

  test('too many waiting texts: 429 with Retry-After', async () => {
    const { fetch } = createService(models, { maxQueue: 1, maxWait: 20 });
    const body = { model: 'reviews', inputs: ['good'] };
    const both = await Promise.all([fetch(post(body)), fetch(post(body))]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 429]);
    expect(both.find(({ status }) => status === 429)!.headers.get('retry-after')).toBe('1');
  });

  test('a model that fails: 500 without its reason', async () => {
    const broken = { ...models.reviews!, classify: () => Promise.reject(new Error('secret')) };
    const errors: Error[] = [];
    const { response, text } = await answer(
      post({ inputs: 'a' }),
      { onError: (error) => errors.push(error) },
      { broken: broken as unknown as LoadedModel },
    );
    expect(errors).toMatchObject([{ message: 'secret' }]);
    expect(response.status).toBe(500);
    expect(text).not.toContain('secret');
  });

  test('a service that stops answers what waits, and then 503', async () => {
    const service = createService(models, { maxWait: 20 });
    const body = { model: 'reviews', inputs: ['good'] };
    const waiting = service.fetch(post(body));
    await new Promise((resolve) => setTimeout(resolve, 5));
    const stopped = service.stop();
    expect((await service.fetch(post(body))).status).toBe(503);
    expect((await service.fetch(new Request('http://localhost/healthz'))).status).toBe(503);
    expect((await waiting).status).toBe(200);
    await stopped;
  });
});

describe('a service', () => {
  test('with a token wants it, except for its health', async () => {
    const options = { token: 'abc' };
    const body = { model: 'reviews', inputs: ['good'] };
    expect((await answer(post(body), options)).response.status).toBe(401);
    expect((await answer(post(body, { authorization: 'Bearer abd' }), options)).response.status).toBe(401);
    expect((await answer(post(body, { authorization: 'Bearer abc' }), options)).response.status).toBe(200);
    expect((await answer('/metrics', options)).response.status).toBe(401);
    expect((await answer('/healthz', options)).response.status).toBe(200);
  });

  test('allows pages of other origins only if it is asked to', async () => {
    const body = { model: 'reviews', inputs: ['good'] };
    const allowed = 'access-control-allow-origin';
    const from = { origin: 'https://a.org' };
    expect((await answer(post(body, from))).response.headers.get(allowed)).toBeNull();
    const open = { corsOrigins: ['https://a.org'] };
    expect((await answer(post(body, from), open)).response.headers.get(allowed)).toBe('https://a.org');
    const other = { origin: 'https://b.org' };
    expect((await answer(post(body, other), open)).response.headers.get(allowed)).not.toBe('https://b.org');
  });

  test('reports requests and metrics without their texts', async () => {
    const records: RequestRecord[] = [];
    const service = createService(models, { onRequest: (record) => records.push(record) });
    await service.fetch(post({ model: 'reviews', inputs: ['good secret', 'b'] }));
    await service.fetch(new Request('http://localhost/nothing?text=secret'));
    expect(records).toMatchObject([
      { method: 'POST', path: '/v1/classify', status: 200, model: 'reviews', texts: 2 },
      { path: '/nothing', status: 404 },
    ]);
    const metrics = await (await service.fetch(new Request('http://localhost/metrics'))).text();
    expect(metrics).toContain('scalearn_requests_total{model="reviews",status="200"} 1');
    expect(metrics).toContain('scalearn_batch_texts_sum{model="reviews"} 2');
    expect(metrics).toContain('scalearn_waiting_texts{model="stars"} 0');
    expect(JSON.stringify(records) + metrics).not.toContain('secret');
  });

  test('lists its models, and describes itself', async () => {
    const { json } = await answer('/v1/models');
    expect(json.models[0].tasks).toEqual([
      { id: 'reviews', problem: 'singleLabelClassification', labels: ['negative', 'positive'] },
    ]);
    const paths = Object.keys((await answer('/openapi.json')).json.paths);
    expect(paths).toEqual(['/v1/classify', '/v1/models', '/healthz', '/metrics']);
    expect((await answer('/')).text).toContain('<option>reviews</option>');
  });
});
