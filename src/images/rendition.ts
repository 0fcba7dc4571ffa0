import { discard } from '../fetch/guarded-fetch.ts';
import { Patience } from '../fetch/patience.ts';
import { readLimited } from '../fetch/read-limited.ts';
import type { Admitted, Variant } from './admission.ts';
import { isAnimated } from './animation.ts';
import { notModified, type PictureFacts, picture } from './answer.ts';
import { isNotModified } from './conditional.ts';
import { findCopy } from './find-copy.ts';
import { fromStored } from './from-cache.ts';
import { openPicture, streamPicture } from './picture-body.ts';
import { storePicture } from './picture-cache.ts';
import type { PictureOptions } from './picture-options.ts';
import { findPictureType } from './picture-type.ts';
import { isWithinLimit } from './rate-limit.ts';

/** As much of the Images binding as is used. */
export interface PictureTransformer {
  input(picture: ReadableStream<Uint8Array>): Transformation;
}

interface Transformation {
  transform(change: { width?: number; fit: 'scale-down' }): Transformation;
  output(form: { format: PixelFormat }): Promise<{ image(): ReadableStream<Uint8Array> }>;
}

type PixelFormat = 'image/jpeg' | 'image/png' | 'image/webp' | 'image/avif';

/** A smaller form of a picture. */
export interface Rendition {
  /** Tells it from others of the same picture: `w640-webp`, `w640-same` in the picture's own format. */
  name: string;
  /** Its own key in the cache. */
  key: string;
  width?: number | undefined;
  /** The format to turn the picture into; its own when absent. */
  format?: PixelFormat | undefined;
}

/** An SVG has no pixels, a GIF may move, and nobody sends an ICO or BMP that is worth the trouble. */
const PIXEL_FORMATS: readonly string[] = ['image/jpeg', 'image/png', 'image/webp', 'image/avif'];
/** A smaller form goes through memory, and a page asks for sixty at once. */
const MAX_BYTES = 2_000_000;
const TIMEOUT_MS = 20_000;

/**
 * What the options of an address mean for a client that knows the formats of `variant`; `undefined` when that is the
 * picture as it is.
 */
export function toRendition(
  { width, format }: PictureOptions,
  variant: Variant,
  keyOf: (variant: string) => string,
): Rendition | undefined {
  const better = format === 'auto' ? bestFormat(variant, width) : undefined;
  if (width === undefined && better === undefined) return undefined;
  const size = width === undefined ? 'full' : `w${width}`;
  const name = `${size}-${better?.slice('image/'.length) ?? 'same'}`;
  return { name, key: keyOf(name), width, format: better };
}

/** The Images binding makes no AVIF that is wider or higher than 1200 pixels. */
function bestFormat(variant: Variant, width: number | undefined): PixelFormat | undefined {
  if (variant === 'avif' && width !== undefined && width <= 960) return 'image/avif';
  return variant === 'plain' ? undefined : 'image/webp';
}

/**
 * Answers with a rendition: from the memory or the cache, else made of the picture itself, which `findPicture` finds as
 * if it had been asked for. Where none can be made, or none that is smaller, that is the answer.
 */
export async function findRendition(
  admitted: Admitted,
  rendition: Rendition,
  findPicture: (admitted: Admitted) => Promise<Response>,
): Promise<Response> {
  const { deps } = admitted;
  const { counts, asTheyAre } = deps.memory;
  if (asTheyAre.get(rendition.key, deps.now)) return findPicture(admitted);
  const wanted = { ...admitted, key: rendition.key };
  const copy = await findCopy(wanted);
  if (copy?.kind === 'picture' && copy.freshUntil > deps.now) {
    counts.add(copy.place);
    return fromStored(copy, wanted);
  }
  // not even for a failure: the picture has an old copy of its own, unless it was withdrawn
  if (copy?.kind === 'picture') discard(copy);
  const source = await findPicture(asWhole(admitted));
  if (source.status !== 200 || !isWorthwhile(source, rendition)) return source;
  if (!(await isWithinLimit(admitted.request.headers, deps.limiter))) return source;
  const made = await renderAs(rendition, source, () => findPicture(asWhole(admitted)), deps);
  if (made !== undefined) {
    counts.add('rendered');
    return answerWith(made, source.headers, wanted, rendition);
  }
  asTheyAre.set(rendition.key, true, deps.now);
  return findPicture(admitted);
}

function isWorthwhile({ headers }: Response, { width, format }: Rendition): boolean {
  const type = headers.get('content-type') ?? '';
  return PIXEL_FORMATS.includes(type) && (width !== undefined || (type !== format && type !== 'image/avif'));
}

/** Asks for all of a picture, whatever part or state the client is after. */
function asWhole(admitted: Admitted): Admitted {
  const headers = new Headers(admitted.request.headers);
  for (const name of ['if-none-match', 'if-modified-since', 'if-range', 'range']) headers.delete(name);
  return { ...admitted, range: undefined, request: new Request(admitted.request.url, { headers }) };
}

/** What is too large for an AVIF may still be a WebP. */
async function renderAs(
  rendition: Rendition,
  source: Response,
  findAgain: () => Promise<Response>,
  deps: Admitted['deps'],
): Promise<Made | undefined> {
  const made = await render(source, rendition, deps);
  if (made !== undefined || rendition.format !== 'image/avif') return made;
  return render(await findAgain(), { ...rendition, format: 'image/webp' }, deps);
}

interface Made {
  bytes: Uint8Array<ArrayBuffer>;
  type: string;
}

/** `undefined` when the picture moves, the binding fails, which is its own business, or nothing is gained. */
async function render(
  source: Response,
  { width, format }: Rendition,
  { images, limitBytes, idleTimeoutMs: idleMs }: Admitted['deps'],
): Promise<Made | undefined> {
  const type = source.headers.get('content-type') as PixelFormat;
  if (source.status !== 200 || source.body === null || images === undefined) return undefined;
  const header = source.headers.get('content-length');
  const length = header === null ? undefined : Number(header);
  const patience = new Patience();
  const opened = await openPicture(source.body, { idleMs, patience, length, isKnown: () => true });
  if (opened.kind !== 'opened') return undefined;
  const { body } = opened;
  if (isAnimated(body.head, type)) {
    body.rest.cancel();
    return undefined;
  }
  const { counted, count } = countBytes(streamPicture(body, { length, limitBytes, idleMs }));
  const change = { ...(width !== undefined && { width }), fit: 'scale-down' as const };
  const transform = async () => {
    const output = await images
      .input(counted)
      .transform(change)
      .output({ format: format ?? type });
    const read = await readLimited(output.image(), { limit: MAX_BYTES, idleMs: TIMEOUT_MS });
    if (read.kind !== 'bytes' || read.bytes.length >= count()) return undefined;
    const madeType = findPictureType(read.bytes);
    return madeType === undefined ? undefined : { bytes: read.bytes, type: madeType };
  };
  const made = await inTime(transform().catch(() => undefined));
  // or what the binding left unread would wait for it
  if (made === undefined) body.rest.cancel();
  return made;
}

/** How many bytes a picture has its origin need not say. */
function countBytes(stream: ReadableStream<Uint8Array>): {
  counted: ReadableStream<Uint8Array>;
  count: () => number;
} {
  let bytes = 0;
  const counter = new TransformStream<Uint8Array, Uint8Array>({
    transform(piece, controller) {
      bytes += piece.length;
      controller.enqueue(piece);
    },
  });
  return { counted: stream.pipeThrough(counter), count: () => bytes };
}

async function inTime<Value>(work: Promise<Value>): Promise<Value | undefined> {
  const { promise: late, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(resolve, TIMEOUT_MS, undefined);
  const value = await Promise.race([work, late]);
  clearTimeout(timer);
  return value;
}

/** It is as fresh as the picture it was made of, and may be stored where that may. */
function answerWith(
  { bytes, type }: Made,
  source: Headers,
  { request, key, deps }: Admitted,
  { name }: Rendition,
): Response {
  const cacheControl = source.get('cache-control') ?? 'no-store';
  const lastModified = source.get('last-modified') ?? undefined;
  const facts: PictureFacts = { type, etag: etagOf(source, name), lastModified, cacheControl };
  const length = bytes.length;
  const seconds = /^public, max-age=(\d+)$/.exec(cacheControl)?.[1];
  if (seconds !== undefined) {
    const freshUntil = deps.now + Number(seconds) * 1000;
    const rendition = { body: bytes, facts, length, freshUntil };
    deps.memory.hotCopies.drop(key);
    deps.waitUntil(storePicture(deps.cache, key, rendition, deps.now).catch(() => {}));
  }
  return isNotModified(request.headers, facts) ? notModified(facts) : picture(bytes, { facts, length });
}

/** A weak one: that the same bytes are made the next time nobody promises. */
function etagOf(source: Headers, name: string): string | undefined {
  const opaque = /^(?:W\/)?"([^"]*)"$/.exec(source.get('etag') ?? '')?.[1];
  return opaque === undefined ? undefined : `W/"${opaque}-${name}"`;
}
