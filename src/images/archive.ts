import { readLimited } from '../fetch/read-limited.ts';
import type { Admitted } from './admission.ts';
import type { PictureFailure } from './fetch-picture.ts';
import { fromStored } from './from-cache.ts';
import { openPipe } from './picture-body.ts';
import { findEntry, type PictureStream, type StoredPicture, storePicture } from './picture-cache.ts';
import { isPictureType } from './picture-type.ts';

/** As much of an R2 bucket as is used. */
export interface ArchiveBucket {
  head(name: string): Promise<unknown>;
  get(name: string): Promise<ArchivedPicture | null>;
  put(name: string, body: ReadableStream | Uint8Array, metadata: ArchiveMetadata): Promise<unknown>;
  delete(name: string): Promise<unknown>;
}

interface ArchiveMetadata {
  httpMetadata?: { contentType?: string };
  customMetadata?: Record<string, string>;
}

interface ArchivedPicture extends ArchiveMetadata {
  body: ReadableStream;
  size: number;
}

/** Where pictures of our articles outlive their origins. */
export interface PictureArchive {
  bucket: ArchiveBucket;
  /** Whether one of our articles shows this very picture; a host alone has many that none does. */
  isShown: (picture: URL) => Promise<boolean>;
}

const MAX_BYTES = 10_000_000;
/** The archive has to know a length beforehand, so a picture that hides its own goes through memory. */
const MAX_BYTES_IN_MEMORY = 2_000_000;
const IDLE_MS = 10_000;
/** Looking for a picture in the articles reads some hundred rows. Who asks for others' pictures shall not use them up. */
const MAX_IN_VAIN = 5;

/**
 * Copies a picture that has just gone to the cache into the archive, once and after its client has been served. The
 * first copy stays: what an address leads to years later is often a picture that says there is none.
 */
export function archivePicture(admitted: Admitted): void {
  const { archive, waitUntil } = admitted.deps;
  if (archive !== undefined) waitUntil(copyToArchive(admitted, archive).catch(() => {}));
}

async function copyToArchive(admitted: Admitted, archive: PictureArchive): Promise<void> {
  const { url, key, deps } = admitted;
  const name = await nameOf(url);
  if ((await archive.bucket.head(name)) !== null || !(await isOurs(admitted, archive))) return;
  const stored = await findEntry(deps.cache, key);
  if (stored?.kind !== 'picture' || stored.body === null) return;
  const metadata = {
    httpMetadata: { contentType: stored.facts.type },
    customMetadata: describe(url, stored),
  };
  const { body, length } = stored;
  if (length === undefined) {
    const read = await readLimited(body, { limit: MAX_BYTES_IN_MEMORY, idleMs: IDLE_MS });
    if (read.kind === 'bytes') await archive.bucket.put(name, read.bytes, metadata);
  } else if (length > MAX_BYTES) await body.cancel();
  else {
    const { readable, writable } = openPipe(length);
    await Promise.all([body.pipeTo(writable), archive.bucket.put(name, readable, metadata)]);
  }
}

/** A picture of a host that the owner lists, or one that an article shows. */
async function isOurs(
  { url, known, isListed, deps }: Admitted,
  { isShown }: PictureArchive,
): Promise<boolean> {
  if (isListed) return true;
  const { searches } = deps.memory;
  const inVain = searches.get('in vain', deps.now) ?? 0;
  if (known === undefined || inVain >= MAX_IN_VAIN) return false;
  if (await isShown(url)) return true;
  searches.set('in vain', inVain + 1, deps.now);
  return false;
}

/**
 * The archived picture in place of a failure. It goes to the cache as an old copy, so that the origin is asked again as
 * if it had just failed, and the archive is not. What an origin has withdrawn leaves the archive too.
 */
export async function fromArchive(failed: PictureFailure, admitted: Admitted): Promise<Response | undefined> {
  const { url, key, deps } = admitted;
  if (deps.archive === undefined) return undefined;
  const { bucket } = deps.archive;
  const name = await nameOf(url);
  if (failed.isWithdrawn) {
    deps.waitUntil(bucket.delete(name).catch(() => {}));
    return undefined;
  }
  const freshUntil = deps.now + failed.keepSeconds * 1000;
  const archived = toStored(await bucket.get(name).catch(() => null), freshUntil);
  if (archived === undefined) return undefined;
  const again = async () => {
    const copy = toStored(await bucket.get(name), freshUntil);
    if (copy !== undefined) await storePicture(deps.cache, key, copy, deps.now);
  };
  deps.waitUntil(again().catch(() => {}));
  return fromStored(archived, admitted);
}

function toStored(archived: ArchivedPicture | null, freshUntil: number): StoredPicture | undefined {
  if (archived === null) return undefined;
  const type = archived.httpMetadata?.contentType ?? '';
  const { etag, lastModified } = archived.customMetadata ?? {};
  const body = archived.body as PictureStream;
  if (isPictureType(type))
    return { body, facts: { type, etag, lastModified }, length: archived.size, freshUntil };
  void body.cancel();
  return undefined;
}

/** By host, so that the owner can take away what is of one. */
async function nameOf({ host, href }: URL): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(href)));
  return `${host}/${Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}

/** R2 takes 2 KB of it. */
function describe({ href }: URL, { facts: { etag, lastModified } }: StoredPicture): Record<string, string> {
  const isFit = (value: string) => /^[ -~]{1,200}$/.test(value);
  return {
    url: href.slice(0, 1000),
    ...(etag !== undefined && isFit(etag) && { etag }),
    ...(lastModified !== undefined && isFit(lastModified) && { lastModified }),
  };
}
