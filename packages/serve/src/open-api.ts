const error = {
  description: 'What is wrong, and what to do.',
  content: {
    'application/json': {
      schema: {
        type: 'object',
        required: ['error'],
        properties: {
          error: { type: 'object', required: ['message'], properties: { message: { type: 'string' } } },
        },
      },
    },
  },
};
const json = (schema: object): object => ({ content: { 'application/json': { schema } } });
const text = { type: 'string' };
const list = (items: object): object => ({ type: 'array', items });

/** Returns the OpenAPI 3.1 document of a service with the given models. */
export function openApi(models: readonly string[]): object {
  const input = { anyOf: [text, { type: 'array', items: text, minItems: 1, maxItems: 2 }] };
  const request = {
    type: 'object',
    required: ['inputs'],
    additionalProperties: false,
    properties: {
      model: { enum: models, description: 'May be left out if there is one model.' },
      task: { type: 'string', description: 'Needed for a model of several tasks.' },
      inputs: {
        anyOf: [text, list(input)],
        description: 'Texts, and pairs of texts that are read together.',
      },
    },
  };
  const output = {
    anyOf: [
      {
        type: 'object',
        required: ['label', 'score', 'scores', 'labels'],
        properties: {
          label: { type: 'string', description: 'The most probable class.' },
          score: { type: 'number', description: 'Its probability.' },
          scores: { type: 'object', additionalProperties: { type: 'number' } },
          labels: { ...list(text), description: 'All predicted labels.' },
        },
      },
      { type: 'object', required: ['score'], properties: { score: { type: 'number' } } },
    ],
  };
  const answer = {
    type: 'object',
    required: ['model', 'task', 'outputs'],
    properties: {
      model: text,
      task: text,
      outputs: { ...list(output), description: 'In the order of inputs.' },
    },
  };
  return {
    openapi: '3.1.0',
    info: { title: 'ScaLearn', description: 'Predictions of trained models.', version: '1' },
    paths: {
      '/v1/classify': {
        post: {
          summary: 'Classifies or scores texts.',
          security: [{}, { bearer: [] }],
          requestBody: { required: true, ...json(request) },
          responses: {
            200: { description: 'One output for each input.', ...json(answer) },
            400: error,
            401: error,
            404: error,
            413: error,
            415: error,
            429: { ...error, headers: { 'Retry-After': { schema: { type: 'integer' } } } },
            500: error,
            503: error,
          },
        },
      },
      '/v1/models': {
        get: {
          summary: 'Lists the models with their tasks and labels.',
          security: [{}, { bearer: [] }],
          responses: {
            200: {
              description: 'The models.',
              ...json({ type: 'object', properties: { models: list({ type: 'object' }) } }),
            },
          },
        },
      },
      '/healthz': {
        get: { summary: 'Says that the service runs.', responses: { 200: { description: 'It runs.' } } },
      },
      '/metrics': {
        get: {
          summary: 'Metrics in the text format of Prometheus.',
          security: [{}, { bearer: [] }],
          responses: { 200: { description: 'The metrics.' } },
        },
      },
    },
    components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } } },
  };
}
