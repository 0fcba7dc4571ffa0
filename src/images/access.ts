import type { RefererRung } from './referer.ts';
import { isSigned, type Signature } from './signature.ts';

/** Who may ask for pictures. A valid signature and a listed host open every mode. */
export interface ImageAccess {
  /** `sources`: pictures from hosts that our articles show; `signed`: only signed addresses; `open`: everything. */
  mode: 'sources' | 'signed' | 'open';
  /** Hosts the owner lists: `img.example.org`, or `*.example.org` for everything below. */
  hosts: readonly string[];
  /** The current key and, while it is being replaced, the former one. */
  signingKeys: readonly string[];
}

/** What is known of a host whose pictures our articles show. */
export interface KnownHost {
  /** A page on which a picture of this host was seen. */
  page?: string | undefined;
  /** The Referer that worked last time. */
  referer?: RefererRung | undefined;
}

/** Looks the host of a picture up; `undefined` when no article shows a picture from there. */
export type FindKnownHost = (picture: URL) => Promise<KnownHost | undefined>;

export type AccessVerdict =
  | {
      kind: 'granted';
      known: KnownHost | undefined;
      /** Whether the owner lists the host. */
      isListed: boolean;
    }
  | { kind: 'refused'; detail: string };

/** Whether a picture may be asked for; a refusal says which setting would allow it. */
export async function checkAccess(
  { url, signature }: { url: URL; signature?: Signature },
  access: ImageAccess,
  findKnownHost: FindKnownHost,
): Promise<AccessVerdict> {
  if (signature !== undefined && !(await isSigned(signature, access.signingKeys)))
    return { kind: 'refused', detail: badSignature(access) };
  const known = await findKnownHost(url);
  const isListed = access.hosts.some((pattern) => fits(url.hostname, pattern));
  const isGranted =
    signature !== undefined ||
    access.mode === 'open' ||
    (access.mode === 'sources' && known !== undefined) ||
    isListed;
  return isGranted
    ? { kind: 'granted', known, isListed }
    : { kind: 'refused', detail: refusal(url, access.mode) };
}

function fits(host: string, pattern: string): boolean {
  const name = pattern.toLowerCase();
  return name.startsWith('*.') ? host.endsWith(name.slice(1)) : host === name;
}

function badSignature({ signingKeys }: ImageAccess): string {
  return signingKeys.length === 0
    ? 'addresses are signed with a key that IMAGE_KEYS names, and it names none'
    : 'the signature of this address was made with no key of IMAGE_KEYS';
}

function refusal(url: URL, mode: ImageAccess['mode']): string {
  return mode === 'signed'
    ? `this proxy serves signed addresses only; IMAGE_HOSTS=${url.hostname} or IMAGE_ACCESS=open would allow this one`
    : `no article here shows a picture from ${url.hostname}; IMAGE_HOSTS=${url.hostname} or IMAGE_ACCESS=open would allow it`;
}
