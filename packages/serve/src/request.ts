import { JsonFields, type JsonRule, jsonList, jsonOr, jsonText } from '@scalearn/core/files';
import type { TextInput } from '@scalearn/models';

/** Limits of a request. */
export interface RequestLimits {
  /** Bytes of a body. Default 1 MiB. */
  readonly maxBody?: number;
  /** Characters of a text. Default 20,000. */
  readonly maxText?: number;
  /** Texts of a request. Default 256. */
  readonly maxTexts?: number;
}

/** The body of `POST /v1/classify`. */
export interface ClassifyRequest {
  /** Name of the model. Default: the only model. */
  readonly model?: string | undefined;
  /** Task of a model of several tasks. Default: the only task. */
  readonly task?: string | undefined;
  /** The texts, and pairs of texts that are read together. */
  readonly inputs: readonly TextInput[];
}

/** A request that cannot be answered, with its HTTP status. */
export class RequestError extends Error {
  override readonly name = 'RequestError';
  readonly status: 400 | 404 | 413 | 415;

  constructor(status: RequestError['status'], message: string) {
    super(message);
    this.status = status;
  }
}

/** A body that is not a request. */
class BodyError extends RequestError {
  constructor(message: string) {
    super(400, message);
  }
}

const input: JsonRule<TextInput> = {
  what: 'a text, or a list of two texts that are read together',
  fits: (value): value is TextInput =>
    typeof value === 'string' ||
    (Array.isArray(value) &&
      (value.length === 1 || value.length === 2) &&
      value.every((text) => typeof text === 'string')),
};

/** Checks a body. @throws RequestError that names what is wrong */
export function parseRequest(
  body: unknown,
  { maxText = 20_000, maxTexts = 256 }: RequestLimits,
): ClassifyRequest {
  const json = JsonFields.of(body, 'the body', BodyError);
  json.only(['model', 'task', 'inputs']);
  const given = json.get('inputs', jsonOr(jsonText, jsonList(input)));
  const inputs = typeof given === 'string' ? [given] : given;
  if (inputs.length > maxTexts)
    throw new RequestError(413, `a request may have ${maxTexts} texts, not ${inputs.length}`);
  for (const [i, texts] of inputs.entries())
    for (const { length } of typeof texts === 'string' ? [texts] : texts)
      if (length > maxText)
        throw new RequestError(413, `inputs[${i}] has ${length} characters; a text may have ${maxText}`);
  return {
    model: json.take('model', jsonText, undefined),
    task: json.take('task', jsonText, undefined),
    inputs,
  };
}
