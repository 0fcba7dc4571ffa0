import type { Draft, Link } from './draft.ts';
import type { Rule } from './element.ts';
import type { ParsedEnclosure } from './parsed-feed.ts';

/** `link`, with its address in `href` (Atom) or as its text (RSS). */
export const link: Rule = (element, draft) => {
  const rel = element.attribute('rel')?.toLowerCase().replace(RELATION_PREFIX, '');
  const type = element.attribute('type')?.toLowerCase();
  const length = element.attribute('length');
  const written = element.attribute('href') ?? element.attribute('rdf:resource');
  const href = element.address(written ?? element.string());
  if (href === undefined || draft.links.length >= MAX_LINKS) return;
  if (written === undefined && rel === undefined) draft.addresses.set('link', href);
  else draft.links.push({ rel: rel ?? 'alternate', type, href });
  if (rel === 'enclosure') addEnclosure(draft, { href, type }, length);
};

/** Relations may be written as addresses in IANA's registry (RFC 4287, 4.2.7.2). */
const RELATION_PREFIX = /^http:\/\/www\.iana\.org\/assignments\/relation\//;

/** RSS `enclosure`. */
export const enclosure: Rule = (element, draft) => {
  const href = element.address(element.attribute('url') ?? element.attribute('href'));
  if (href !== undefined)
    addEnclosure(draft, { href, type: element.attribute('type') }, element.attribute('length'));
};

/** RSS `guid`: the item's id, and its address too unless `isPermaLink` denies it. */
export const guid: Rule = (element, draft) => {
  const isPermaLink = element.attribute('ispermalink')?.toLowerCase() !== 'false';
  const id = element.string();
  draft.addString('guid', id);
  if (isPermaLink) draft.addAddress('guid', element.address(id));
};

const MAX_LINKS = 64;

function addEnclosure(
  draft: Draft,
  { href, type }: Pick<Link, 'href' | 'type'>,
  length: string | undefined,
): void {
  if (draft.enclosures.length >= MAX_LINKS || draft.enclosures.some(({ url }) => url === href)) return;
  const found: ParsedEnclosure = { url: href };
  if (type !== undefined) found.type = type;
  const bytes = /^\d{1,15}$/.test(length ?? '') ? Number(length) : 0;
  if (bytes > 0) found.length = bytes;
  draft.enclosures.push(found);
}

const PAGE_TYPES = new Set(['text/html', 'application/xhtml+xml']);

/**
 * The page among links with `rel`: one that says it is a page, or says nothing, before one of another type. Of several
 * pages, which the formats forbid, the last counts, and so it does of several `link` texts.
 */
export function pageLink(links: readonly Link[], rel: string): string | undefined {
  const candidates = links.filter((candidate) => candidate.rel === rel);
  return (candidates.findLast(isPage) ?? candidates[0])?.href;
}

export function isPage(candidate: Link): boolean {
  return candidate.type === undefined || PAGE_TYPES.has(candidate.type);
}
