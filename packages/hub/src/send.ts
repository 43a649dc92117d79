/**
 * Sends one request. What lies between a question and the network is a chain of these: one knows redirects and the
 * access token, one stalls, one a busy hub.
 */
export type Send = (url: URL, init: RequestInit) => Promise<Response>;

/** A `Send` as the `fetch` that a library asks for. */
export function asFetch(send: Send): typeof fetch {
  return (input, init) => {
    const page = (globalThis as { location?: { href: string } }).location?.href;
    return send(new URL(input instanceof Request ? input.url : input, page), init ?? {});
  };
}

/**
 * An answer whose body may not be longer than was agreed.
 *
 * @param most bytes
 * @param tooMuch the error that reading on then throws
 */
export function limited(response: Response, most: number, tooMuch: () => Error): Response {
  if (!response.body) return response;
  let size = 0;
  const count = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      size += chunk.length;
      if (size > most) controller.error(tooMuch());
      else controller.enqueue(chunk);
    },
  });
  return withBody(response, response.body.pipeThrough(count));
}

/** An answer with another body, and other headers where they are given. */
export function withBody(
  response: Response,
  body: BodyInit | null,
  headers: Headers = response.headers,
): Response {
  const { status, statusText } = response;
  return new Response(body, { status, statusText, headers });
}
