import { limited, type Patience, StallError, steadyFetch } from '@scalearn/hub';
import { MissingModelFileError, UnreadableModelFileError } from './errors.ts';
import { blobSource } from './file-list.ts';
import { checkFileName, decodeText, LARGEST_TEXT, type ModelFiles, missingFile } from './model-files.ts';

/** How to fetch from a URL. */
export interface UrlFolderOptions extends Patience {
  /** Name of the place in messages. Default: its URL. */
  readonly name?: string;
}

/** Maximum size in bytes of a file from a server without range requests. */
const LARGEST_WHOLE = 2 ** 32;

/**
 * Opens a folder of a web server. Parts of files are fetched by range requests. If the server ignores them, whole files
 * are fetched.
 *
 * @param base the URL of the folder, with or without the final slash
 */
export function urlFolder(base: string | URL, options: UrlFolderOptions = {}): ModelFiles {
  const root = String(base).replace(/\/?$/, '/');
  const where = options.name ?? root;
  const send = steadyFetch(options);

  /** Returns a successful response. Its body has not been read. */
  const get = async (name: string, range?: string): Promise<Response> => {
    checkFileName(name, where);
    const url = root + name.split('/').map(encodeURIComponent).join('/');
    const response = await network(name, send(url, range ? { headers: { range } } : {}));
    // Development servers answer a request for a missing file with their start page.
    const isPage = response.headers.get('content-type')?.startsWith('text/html') && !name.endsWith('.html');
    if (response.ok && !isPage) return response;
    await response.body?.cancel();
    if (response.status === 404 || isPage) throw missingFile(name, where);
    throw new UnreadableModelFileError(`${where} answered ${response.status} to a request for ${name}.`);
  };
  /** `fetch` throws `TypeError` if the network fails. Its other errors already say what to do. */
  const network = <T>(name: string, step: Promise<T>): Promise<T> =>
    step.catch((cause: unknown) => {
      if (!(cause instanceof TypeError || cause instanceof StallError)) throw cause;
      throw new UnreadableModelFileError(`${name} could not be fetched from ${where}: ${cause.message}.`, {
        cause,
      });
    });
  /** Returns the body of a response, limited to a number of bytes. */
  const bounded = (name: string, response: Response, most: number): Response =>
    limited(response, most, () => {
      const message = `${where} sent more of ${name} than was asked for, or than can be taken.`;
      return new UnreadableModelFileError(message);
    });
  const body = async (name: string, response: Response, most: number): Promise<Uint8Array> =>
    new Uint8Array(await network(name, bounded(name, response, most).arrayBuffer()));

  return {
    describe: () => where,
    has: async (name) => {
      try {
        await (await get(name, 'bytes=0-0')).body?.cancel();
        return true;
      } catch (error) {
        if (error instanceof MissingModelFileError) return false;
        throw error;
      }
    },
    text: async (name) => decodeText(await body(name, await get(name), LARGEST_TEXT), name, where),
    source: async (name) => {
      const probe = await get(name, 'bytes=0-0');
      const size = /\/(\d{1,15})$/.exec(probe.headers.get('content-range') ?? '')?.[1];
      if (probe.status !== 206 || size === undefined) {
        const whole = probe.status === 206 ? await get(name) : probe;
        return blobSource(await network(name, bounded(name, whole, LARGEST_WHOLE).blob()));
      }
      await probe.body?.cancel();
      return {
        size: Number(size),
        read: async (begin, end) => {
          if (begin === end) return new Uint8Array(0);
          const bytes = await body(name, await get(name, `bytes=${begin}-${end - 1}`), end - begin);
          if (bytes.length === end - begin) return bytes;
          throw new UnreadableModelFileError(`${where} sent another part of ${name} than was asked for.`);
        },
      };
    },
  };
}
