import { Patience } from './patience.ts';
import { type AddressPolicy, checkAddress } from './public-address.ts';

/** As much of `fetch` as is used; the global one fits. */
export type Fetch = (url: string, init: FetchInit) => Promise<Response>;

export interface FetchInit {
  headers: Headers;
  method?: 'POST';
  body?: string;
  redirect: 'manual';
  signal: AbortSignal;
}

export interface GuardedRequest {
  url: URL;
  /** Sent with POST; without it the request is a GET. */
  post?: string;
  /** The headers for one hop; worked out again for each, because a Referer depends on whom it is sent to. */
  headersFor: (hop: URL) => Headers;
  /** How long one hop may take until its headers are there. */
  headerTimeoutMs: number;
  /** Bounds the waits of a transfer that goes on with the body. */
  patience?: Patience;
  /** Ends everything, the reading of the body included. */
  signal?: AbortSignal;
}

export type GuardedResponse =
  | {
      kind: 'response';
      response: Response;
      /** Where the response came from. */
      url: URL;
      /** Redirects that were followed. */
      hops: number;
      /** Whether there were redirects and all of them said that they are for good (301, 308). */
      permanent: boolean;
    }
  | { kind: 'failed'; reason: FetchFailure; url: URL; detail: string };

export type FetchFailure =
  | 'refused-address'
  | 'too-many-redirects'
  | 'bad-redirect'
  | 'timeout'
  | 'unreachable';

const MAX_HOPS = 5;
/** What one guarded request may come to: itself and its redirects. */
export const MAX_REQUESTS_AT_ONCE = 1 + MAX_HOPS;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
const PERMANENT: ReadonlySet<number> = new Set([301, 308]);
/** Redirects after which a POST stays one (RFC 9110, 15.4); after others it would arrive as something else. */
const KEEPS_METHOD: ReadonlySet<number> = new Set([307, 308]);

/**
 * One GET or POST request in which redirects are walked by hand, so that every hop is checked against the address policy
 * before anything is sent to it. At most five redirects are followed. The body of the response is unread.
 */
export async function guardedFetch(
  request: GuardedRequest,
  { fetch, policy }: { fetch: Fetch; policy: AddressPolicy },
): Promise<GuardedResponse> {
  let { url } = request;
  let permanent = true;
  for (let hops = 0; hops <= MAX_HOPS; hops += 1) {
    const verdict = checkAddress(url, policy);
    if (verdict.kind === 'refused') return failed('refused-address', url, verdict.detail);
    const answer = await fetchOnce(url, request, fetch);
    if (answer.kind === 'failed') return answer;
    const { response } = answer;
    if (!REDIRECTS.has(response.status))
      return { kind: 'response', response, url, hops, permanent: permanent && hops > 0 };
    discard(response);
    const next = findRedirectTarget(response, url);
    if (next === undefined) return failed('bad-redirect', url, `${url.host} redirects to nowhere`);
    if (request.post !== undefined && !KEEPS_METHOD.has(response.status))
      return failed('bad-redirect', url, `${url.host} redirects what was sent by ${response.status}`);
    permanent &&= PERMANENT.has(response.status);
    url = next;
  }
  return failed('too-many-redirects', url, `more than ${MAX_HOPS} redirects`);
}

/** Lets go of a body that nobody will read, so that its connection is free again. */
export function discard({ body }: { body: ReadableStream | null }): void {
  body?.cancel().catch(() => {});
}

type Answer = { kind: 'answer'; response: Response } | Extract<GuardedResponse, { kind: 'failed' }>;

async function fetchOnce(url: URL, request: GuardedRequest, fetch: Fetch): Promise<Answer> {
  const impatience = new AbortController();
  const patience = request.patience ?? new Patience();
  patience.wait(request.headerTimeoutMs, () => impatience.abort());
  const signal = request.signal ? AbortSignal.any([request.signal, impatience.signal]) : impatience.signal;
  try {
    const { post } = request;
    const init: FetchInit = {
      ...(post !== undefined && { method: 'POST', body: post }),
      headers: request.headersFor(url),
      redirect: 'manual',
      signal,
    };
    return { kind: 'answer', response: await fetch(url.href, init) };
  } catch {
    // The runtimes word their errors differently and give no cause, so the signal is asked instead.
    return signal.aborted
      ? failed('timeout', url, `${url.host} did not answer in time`)
      : failed('unreachable', url, `${url.host} could not be reached`);
  } finally {
    if (request.patience) patience.rest();
    else patience.end();
  }
}

function findRedirectTarget(response: Response, base: URL): URL | undefined {
  const location = response.headers.get('location');
  if (location === null || location.trim() === '' || !URL.canParse(readUtf8(location), base.href))
    return undefined;
  const target = new URL(readUtf8(location), base);
  target.hash = '';
  return target;
}

/** Servers send names in UTF-8 where the protocol has only bytes; a runtime that shows bytes is read again. */
function readUtf8(header: string): string {
  if (!/[\x80-\xff]/.test(header) || /[^\0-\xff]/.test(header)) return header;
  const bytes = Uint8Array.from(header, (c) => c.charCodeAt(0));
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return header;
  }
}

function failed(
  reason: FetchFailure,
  url: URL,
  detail: string,
): Extract<GuardedResponse, { kind: 'failed' }> {
  return { kind: 'failed', reason, url, detail };
}
