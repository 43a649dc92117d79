/**
 * Sends one request. Requests go through a chain of these functions, which handle redirects and the access token,
 * stalled connections, and a busy hub.
 */
export type Send = (url: URL, init: RequestInit) => Promise<Response>;

/** Returns a `Send` as a `fetch` function for a library. */
export function asFetch(send: Send): typeof fetch {
  return (input, init) => {
    const page = (globalThis as { location?: { href: string } }).location?.href;
    return send(new URL(input instanceof Request ? input.url : input, page), init ?? {});
  };
}

/**
 * Returns a response whose body has a maximum size.
 *
 * @param most maximum number of bytes
 * @param tooMuch returns the error thrown when more bytes are read
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

/** Returns a response with another body, and with other headers if they are given. */
export function withBody(
  response: Response,
  body: BodyInit | null,
  headers: Headers = response.headers,
): Response {
  const { status, statusText } = response;
  return new Response(body, { status, statusText, headers });
}
