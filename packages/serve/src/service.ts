import type { Classification, LoadedModel, TaskInfo } from '@scalearn/models';
import { type Context, Hono } from 'hono';
import { bearerAuth } from 'hono/bearer-auth';
import { bodyLimit } from 'hono/body-limit';
import { cors } from 'hono/cors';
import { HTTPException } from 'hono/http-exception';
import { Batcher, type BatchOptions, QueueFullError, StoppingError, Turns } from './batcher.ts';
import { Metrics } from './metrics.ts';
import { openApi } from './open-api.ts';
import { page } from './page.ts';
import { parseRequest, RequestError, type RequestLimits } from './request.ts';

/** The answer for one text: its classes, or its score for a regression model. */
export type Answer = Classification | { readonly score: number };

/** A finished request. It never holds texts. */
export interface RequestRecord {
  /** HTTP method. */
  readonly method: string;
  /** Path without the query. */
  readonly path: string;
  /** HTTP status of the answer. */
  readonly status: number;
  /** Milliseconds from the request to its answer. */
  readonly milliseconds: number;
  /** Name of the model; undefined if the request did not ask for predictions. */
  readonly model?: string;
  /** Number of texts; undefined if the request did not ask for predictions. */
  readonly texts?: number;
}

export interface ServiceOptions extends BatchOptions, RequestLimits {
  /** A token that requests must carry in the header `Authorization: Bearer`. Default: none is needed. */
  readonly token?: string;
  /** Origins whose pages may send requests, such as `https://example.org`; `*` for all. Default: none. */
  readonly corsOrigins?: readonly string[];
  /** Called after each request. Default: nothing is reported. */
  readonly onRequest?: (record: RequestRecord) => void;
  /** Called with the reason of a request that failed with status 500. Default: it is written to the console. */
  readonly onError?: (error: Error) => void;
}

/** A running service. It answers requests in any runtime with the web's `Request` and `Response`. */
export interface Service {
  /** Answers a request. Give it to `Deno.serve`, or to `serve` of `@hono/node-server`. */
  readonly fetch: (request: Request) => Response | Promise<Response>;
  /** Takes no more requests, and waits until those that wait are answered. The models stay the caller's. */
  stop(): Promise<void>;
}

/** One task of a model, with its queue. */
interface Served {
  readonly info: TaskInfo;
  readonly batcher: Batcher<Answer>;
}

/**
 * Creates an HTTP service for loaded models. Models with the same encoder should share it: load it once and give it to
 * `loadModel`.
 *
 * @param models by the names that requests use
 */
export function createService(
  models: Readonly<Record<string, LoadedModel>>,
  options: ServiceOptions = {},
): Service {
  const report = options.onError ?? ((error) => console.error(error));
  const turns = new Turns();
  const served = new Map<string, readonly Served[]>();
  const metrics = new Metrics(function* () {
    for (const [name, tasks] of served)
      yield [name, tasks.reduce((sum, { batcher }) => sum + batcher.waiting, 0)] as const;
  });
  for (const [name, model] of Object.entries(models))
    served.set(
      name,
      servedTasks(model, turns, options, (texts) => metrics.batch(name, texts)),
    );
  let stopping = false;
  const app = new Hono<{ Variables: { asked: { readonly model: string; readonly texts: number } } }>();

  app.use(async (context, next) => {
    const start = performance.now();
    await next();
    const milliseconds = performance.now() - start;
    const { method, path } = context.req;
    const { status } = context.res;
    const asked = context.get('asked');
    if (path === '/v1/classify') metrics.request(asked?.model ?? 'none', status, milliseconds / 1000);
    options.onRequest?.({ method, path, status, milliseconds, ...asked });
  });
  if (options.corsOrigins) app.use('/v1/*', cors({ origin: [...options.corsOrigins] }));
  if (options.token !== undefined) {
    const check = bearerAuth({
      token: options.token,
      noAuthenticationHeader: { message: failure('this service needs the header Authorization: Bearer') },
      invalidAuthenticationHeader: { message: failure('the header Authorization must be: Bearer TOKEN') },
      invalidToken: { message: failure('the token is not the one of this service') },
    });
    app.use('/v1/*', check);
    app.use('/metrics', check);
  }
  app.get('/healthz', (context) =>
    stopping ? context.json({ status: 'stopping' }, 503) : context.json({ status: 'ok' }),
  );
  app.get('/metrics', async (context) =>
    context.body(await metrics.text(), 200, { 'content-type': metrics.contentType }),
  );
  app.get('/openapi.json', (context) => context.json(openApi(Object.keys(models))));
  app.get('/', (context) => context.html(page(Object.keys(models))));
  app.get('/v1/models', (context) =>
    context.json({
      models: Object.entries(models).map(([name, model]) => ({
        name,
        encoder: model.encoder.name,
        tasks: model.tasks.map(({ id, problem, labels }) => ({ id, problem, labels })),
      })),
    }),
  );
  const { maxBody = 2 ** 20 } = options;
  const limit = bodyLimit({
    maxSize: maxBody,
    onError: () => {
      throw new RequestError(413, `a body may have ${maxBody} bytes`);
    },
  });
  app.post('/v1/classify', limit, async (context) => {
    const { model: name, task, inputs } = parseRequest(await jsonBody(context), options);
    const [model, { batcher, info }] = chosen(served, name, task);
    context.set('asked', { model, texts: inputs.length });
    const outputs = await batcher.submit(inputs, context.req.raw.signal);
    return context.json({ model, task: info.id, outputs });
  });
  app.notFound((context) =>
    context.json(failure(`there is no ${context.req.method} ${context.req.path}; see /openapi.json`), 404),
  );
  app.onError((error, context) => {
    if (error instanceof RequestError) return context.json(failure(error.message), error.status);
    if (error instanceof QueueFullError)
      return context.json(failure(`${error.message}; try again`), 429, { 'retry-after': '1' });
    if (error instanceof StoppingError)
      return context.json(failure(error.message), 503, { connection: 'close' });
    if (error instanceof HTTPException) return error.getResponse();
    report(error);
    return context.json(failure('the model failed; see the log of the service'), 500);
  });
  return {
    fetch: (request) => app.fetch(request),
    stop: async () => {
      stopping = true;
      await Promise.all([...served.values()].flat().map(({ batcher }) => batcher.stop()));
    },
  };
}

/** The body of an answer with an error. */
const failure = (message: string) => ({ error: { message } });

function servedTasks(
  model: LoadedModel,
  turns: Turns,
  options: BatchOptions,
  onBatch: (texts: number) => void,
): Served[] {
  return model.tasks.map((info) => ({
    info,
    batcher: new Batcher<Answer>(
      async (texts) => {
        onBatch(texts.length);
        const how = { task: info.id, batchSize: options.maxBatch ?? 64 };
        if (info.problem !== 'regression') return model.classify(texts, how);
        return (await model.score(texts, how)).map((score) => ({ score }));
      },
      turns,
      options,
    ),
  }));
}

/** Reads a body as JSON. @throws RequestError if it is not */
async function jsonBody(context: Context): Promise<unknown> {
  if (!/^application\/json\b/i.test(context.req.header('content-type') ?? ''))
    throw new RequestError(415, 'the body must be JSON, with the header Content-Type: application/json');
  try {
    return await context.req.json();
  } catch (error) {
    if (error instanceof RequestError) throw error;
    throw new RequestError(400, 'the body is not JSON');
  }
}

/** Returns the model and the task of a request. @throws RequestError if it does not name one of them */
function chosen(
  served: ReadonlyMap<string, readonly Served[]>,
  name: string | undefined,
  task: string | undefined,
): readonly [string, Served] {
  const names = [...served.keys()];
  const model = name ?? (names.length === 1 ? names[0] : undefined);
  const tasks = model === undefined ? undefined : served.get(model);
  if (model === undefined || tasks === undefined)
    throw new RequestError(
      name === undefined ? 400 : 404,
      `${name === undefined ? 'model must name one of' : `there is no model '${name}'; there are`} ${names.join(', ')}`,
    );
  const found =
    task === undefined ? tasks[tasks.length === 1 ? 0 : -1] : tasks.find(({ info }) => info.id === task);
  if (found) return [model, found];
  const ids = tasks.map(({ info }) => info.id).join(', ');
  throw new RequestError(
    task === undefined ? 400 : 404,
    task === undefined ? `task must name one of ${ids}` : `${model} has no task '${task}'; it has ${ids}`,
  );
}
