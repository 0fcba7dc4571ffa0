import { absoluteUrl } from '../links.ts';

/** One picture of a `srcset`. */
export interface Candidate {
  url: string;
  /** `480w`, `2x`, or empty. */
  descriptor: string;
}

/** More candidates than any real picture has; an attacker sizes the attribute. */
const MAX_CANDIDATES = 32;
/** Pixels behind which a larger picture is only slower. */
const WIDEST = 2000;
/** What a density counts for when it is compared with widths: a column of text. */
const PIXELS_PER_DENSITY = 640;

/**
 * Splits a `srcset` by the rules of WHATWG HTML, 4.8.4.2.1: commas inside addresses and parentheses survive. Addresses
 * are made absolute; those that `accept` does not want, and candidates with broken descriptors, are left out.
 */
export function readSrcset(
  srcset: string,
  base: string | undefined,
  accept: (reference: string) => boolean,
): Candidate[] {
  const candidates: Candidate[] = [];
  const address = /[\s,]*([^\s,]\S*)/y;
  const descriptors = /[^,(]*(?:\([^)]*\)?[^,(]*)*/y;
  for (let at = 0; candidates.length < MAX_CANDIDATES; ) {
    address.lastIndex = at;
    const reference = address.exec(srcset)?.[1];
    if (reference === undefined) break;
    at = address.lastIndex;
    let descriptor = '';
    if (!reference.endsWith(',')) {
      descriptors.lastIndex = at;
      descriptor = descriptors.exec(srcset)?.[0].trim() ?? '';
      at = descriptors.lastIndex;
    }
    const bare = withoutCommas(reference);
    const size = readDescriptor(descriptor);
    const url = size !== undefined && accept(bare) ? pictureUrl(bare, base) : undefined;
    if (url !== undefined && size !== undefined) candidates.push({ url, descriptor: size });
  }
  return candidates;
}

/** The widest candidate of at most 2,000 pixels, or the smallest when all are wider. */
export function bestCandidate(candidates: readonly Candidate[]): Candidate | undefined {
  let best: Candidate | undefined;
  for (const candidate of candidates) {
    if (best === undefined || isBetter(pixels(candidate), pixels(best))) best = candidate;
  }
  return best;
}

/** The absolute address of a picture as a proxy can be asked for it: no fragment, no quote, no comma at its end. */
export function pictureUrl(reference: string, base: string | undefined): string | undefined {
  const url = absoluteUrl(reference, base);
  if (url === undefined || !/[#']|,$/.test(url)) return url;
  const hash = url.indexOf('#');
  return (hash < 0 ? url : url.slice(0, hash)).replaceAll("'", '%27').replace(/,$/, '%2C');
}

function isBetter(one: number, other: number): boolean {
  return one > WIDEST ? one < other : one > other || other > WIDEST;
}

function pixels(candidate: Candidate): number {
  const value = Number.parseFloat(candidate.descriptor);
  if (candidate.descriptor.endsWith('w')) return value;
  return (candidate.descriptor === '' ? 1 : value) * PIXELS_PER_DENSITY;
}

function readDescriptor(text: string): string | undefined {
  if (text === '') return '';
  if (text.length > 40) return undefined;
  const parts = text.split(/\s+/);
  if (!parts.every((part) => /^\d{0,6}(?:\.\d{1,6})?[wxh]$/.test(part))) return undefined;
  // the height beside a width is for the future, says the standard
  return parts.find((part) => /^\d.*[wx]$/.test(part)) ?? '';
}

function withoutCommas(reference: string): string {
  let end = reference.length;
  while (end > 0 && reference.charCodeAt(end - 1) === 0x2c) end--;
  return reference.slice(0, end);
}
