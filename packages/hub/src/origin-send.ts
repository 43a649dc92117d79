import { HubError } from './errors.ts';
import type { HubName } from './hub-name.ts';
import type { Send } from './send.ts';

/** The address of the hub, and the access token. */
export interface Origin {
  readonly name: HubName;
  readonly hubUrl: string;
  readonly accessToken: string | undefined;
  readonly fetch: typeof fetch;
  /**
   * Whether redirects are followed by this library. A browser follows them itself without showing them to a program,
   * and removes the token when they leave the hub.
   */
  readonly byHand: boolean;
}

const REDIRECTS = [301, 302, 303, 307, 308];
const MOST_REDIRECTS = 10;

/**
 * Returns a `Send` that adds the access token. Only this function knows the token, and it sends the token only to the
 * hub's own origin, for every request and every redirect. A redirect that leaves the hub and returns does not get the
 * token back.
 *
 * @returns a `Send` that throws HubError `refused` for a redirect that is not followed: to something that is not a web
 * address, to one with a user name, from https to http, or after too many redirects
 */
export function originSend({ name, hubUrl, accessToken, fetch, byHand }: Origin): Send {
  const home = new URL(hubUrl).origin;
  const refuse = (what: string): never => {
    throw new HubError('refused', name.label, `the hub sent the request on ${what}; that is not followed.`);
  };
  return async (url, init) => {
    const headers = new Headers(init.headers);
    let request: RequestInit = { ...init, headers, redirect: byHand ? 'manual' : 'follow' };
    let target = url;
    let isHome = true;
    for (let hop = 0; hop <= MOST_REDIRECTS; hop++) {
      if (target.username || target.password) refuse('to an address with a user name or password');
      isHome &&= target.origin === home;
      headers.delete('authorization');
      if (isHome && accessToken) headers.set('authorization', `Bearer ${accessToken}`);
      const response = await fetch(target, request);
      const location = response.headers.get('location');
      if (!byHand || !REDIRECTS.includes(response.status) || location === null) return response;
      await response.body?.cancel();
      const next = URL.canParse(location, target.href) ? new URL(location, target.href) : undefined;
      if (!next || !/^https?:$/.test(next.protocol)) return refuse('to something that is not a web address');
      if (target.protocol === 'https:' && next.protocol === 'http:')
        return refuse(`from https to http, at ${next.host}`);
      if (response.status === 303 || (response.status < 303 && request.method === 'POST')) {
        headers.delete('content-type');
        const { body: _, ...bodiless } = request;
        request = { ...bodiless, method: 'GET' };
      }
      target = next;
    }
    return refuse('again and again');
  };
}
