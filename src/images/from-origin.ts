import type { Admitted } from './admission.ts';
import { notModified, picture, refuse } from './answer.ts';
import { archivePicture } from './archive.ts';
import type { FetchedPicture, Freshness, PictureFailure } from './fetch-picture.ts';
import { openCopy, passOn, streamPicture } from './picture-body.ts';
import { storeFailure, storePicture } from './picture-cache.ts';

type Picture = Extract<FetchedPicture, { kind: 'picture' }>;

/** Passes a picture on as it arrives, and stores it on the way when it is whole and may be stored. */
export function fromFetched(fetched: Picture, admitted: Admitted): Response {
  const { url, deps } = admitted;
  if (!fetched.isFirstRung) deps.waitUntil(deps.rememberReferer(url.host, fetched.rung));
  if (fetched.freshness.store !== 'anyone') deps.memory.unstored.set(admitted.key, true, deps.now);
  const store = canStore(fetched, admitted) ? storeWith(fetched, admitted) : undefined;
  const facts = { ...fetched, cacheControl: toCacheControl(fetched.freshness) };
  return picture(toBody(fetched, store, deps), {
    facts,
    length: fetched.length,
    contentRange: fetched.range?.header,
  });
}

function canStore(fetched: Picture, { request, key, deps }: Admitted): boolean {
  return (
    request.method === 'GET' &&
    fetched.range === undefined &&
    fetched.freshness.store === 'anyone' &&
    deps.memory.arrivals.begin(key, fetched.length, deps.now)
  );
}

type Store = (body: BodyInit) => Promise<void>;

function storeWith(fetched: Picture, admitted: Admitted): Store {
  const { type, etag, lastModified, length, freshness } = fetched;
  const { key, deps } = admitted;
  return async (body) => {
    const freshUntil = deps.now + freshness.seconds * 1000;
    const picture = { body, facts: { type, etag, lastModified }, length, freshUntil };
    deps.memory.hotCopies.drop(key);
    const stored = deps.memory.hotCopies
      .keep(key, picture, deps.now)
      .then((kept) => storePicture(deps.cache, key, kept, deps.now))
      .then(() => archivePicture(admitted))
      .catch(() => {})
      .then(() => deps.memory.arrivals.end(key));
    deps.waitUntil(stored);
    await stored;
  };
}

/** When the cache refuses a stream its copy is dropped, or the client would wait for it. */
function toBody(
  { body, length }: Picture,
  store: Store | undefined,
  { limitBytes, idleTimeoutMs: idleMs }: Admitted['deps'],
): BodyInit {
  if (body.isWhole) {
    store?.(body.head);
    return body.head;
  }
  if (!store && length !== undefined) return passOn(body, { length, idleMs });
  if (!store) return streamPicture(body, { length, limitBytes, idleMs });
  const copy = openCopy(length);
  store(copy.readable).finally(() => copy.drop());
  return streamPicture(body, { length, limitBytes, idleMs }, copy);
}

function toCacheControl({ seconds, store }: Freshness): string {
  if (store === 'nobody') return 'no-store';
  return `${store === 'anyone' ? 'public' : 'private'}, max-age=${seconds}`;
}

/** The origin compared the client's validators; a 304 that nobody asked for is none. */
export function fromNotModified(
  fetched: Extract<FetchedPicture, { kind: 'not-modified' }>,
  { request, url }: Admitted,
): Response {
  const isConditional = request.headers.has('if-none-match') || request.headers.has('if-modified-since');
  if (!isConditional)
    return refuse(502, `${url.host} says that the picture has not changed, without being asked.`);
  return notModified({ ...fetched, cacheControl: toCacheControl(fetched.freshness) });
}

/** Headers of a client that go on to the origin, and may be what it did not like. */
const CLIENT_HEADERS = ['if-modified-since', 'if-none-match', 'if-range', 'range', 'via'];

/**
 * Says what is wrong, and remembers it, so that the origin is not asked again at once. Not when the client had a say
 * in the question: with a header that an origin refuses he could keep a picture from everybody else.
 */
export function fromFailure(failed: PictureFailure, { request, key, deps }: Admitted): Response {
  deps.memory.unstored.delete(key);
  if (!CLIENT_HEADERS.some((name) => request.headers.has(name)))
    deps.waitUntil(storeFailure(deps.cache, key, failed).catch(() => {}));
  return refuse(failed.status, failed.sentence, { maxAgeSeconds: Math.min(failed.keepSeconds, 60) });
}
