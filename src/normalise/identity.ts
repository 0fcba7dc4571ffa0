import { createHash } from 'node:crypto';
import type { ArticleIdentity } from '../article.ts';
import type { ParsedItem } from '../parse/parsed-feed.ts';
import { withoutTracking } from './links.ts';

/**
 * What an item is known by. `guid` trusts the publisher's ids; `link` is for a source that has shown that its ids
 * cannot be trusted, and is never left again, because going back would make every item new.
 */
export type IdentityMode = 'guid' | 'link';

/** More than this share of items without an id of their own, and the source's ids are not used at all. */
const MAX_BAD_IDS = 0.05;

/**
 * The mode for a source after seeing one document of it. Ids that are missing or shared by several items of one
 * document are worse than none: the next new item would take over an old one's place.
 */
export function identityMode(items: readonly ParsedItem[], before: IdentityMode): IdentityMode {
  if (before === 'link' || items.length === 0) return before;
  const uses = new Map<string, number>();
  for (const { id } of items) if (id !== undefined) uses.set(id, (uses.get(id) ?? 0) + 1);
  const bad = items.filter(({ id }) => id === undefined || (uses.get(id) ?? 0) > 1).length;
  const hasLinks = items.some(({ link }) => link !== undefined);
  return hasLinks && bad / items.length > MAX_BAD_IDS ? 'link' : 'guid';
}

/**
 * The article id of an item: 32 hex digits, a UUID of version 8 (RFC 9562, 5.8), that depend on the source and on the first of these the item has: its id,
 * its link, its title and day, its text. The letter before the digest keeps the kinds apart.
 */
export function articleId(item: ParsedItem, options: { sourceId: string; mode: IdentityMode }): string {
  return digestId(`${options.sourceId}\0${itemKey(item, options.mode)}`);
}

function digestId(key: string): string {
  const digest = createHash('sha256').update(key).digest('hex');
  const variant = (Number.parseInt(digest.charAt(16), 16) & 3) | 8;
  return `${digest.slice(0, 12)}8${digest.slice(13, 16)}${variant.toString(16)}${digest.slice(17, 32)}`;
}

function itemKey(item: ParsedItem, mode: IdentityMode): string {
  const link = item.link ?? item.originalLink;
  if (mode === 'guid' && item.id !== undefined) return `g:${item.id}`;
  if (link !== undefined) return `l:${canonicalLink(link)}`;
  if (item.id !== undefined) return `g:${item.id}`;
  if (item.title !== undefined) return `t:${item.title.value}\0${item.published?.slice(0, 32) ?? ''}`;
  return `c:${item.content?.value ?? item.summary?.value ?? ''}`;
}

const REUSED_AFTER_MS = 30 * 24 * 3_600_000;

/**
 * The id of an item whose guid stood on another article before: a publisher who starts counting again gives old guids
 * to new items. Undefined when it is the same article: only another page and a date more than 30 days later, together,
 * make it a new one, because a link or a date that changes alone is an edit.
 */
export function idOfReusedGuid(
  item: { id: string; link?: string; published: number; publishedInferred: boolean },
  stored: { link?: string; published: number },
): string | undefined {
  if (item.publishedInferred || item.published - stored.published <= REUSED_AFTER_MS) return undefined;
  if (item.link === undefined || stored.link === undefined) return undefined;
  const link = canonicalLink(item.link);
  if (link === canonicalLink(stored.link) || withoutHost(item.link) === withoutHost(stored.link))
    return undefined;
  return digestId(`${item.id}\0l:${link}`);
}

/**
 * Among stored articles of the same source and title, the one that is this item under an id it no longer has: its
 * guid or link differs only in scheme and host (http to https, a moved domain), or its link leads to the same page (a
 * guid made anew at each fetch). Title and address must both agree, because a planet's posts may share paths.
 */
export function findRenamed(
  item: { guid?: string; link?: string },
  sameTitle: readonly ArticleIdentity[],
): ArticleIdentity | undefined {
  const guid = item.guid && withoutHost(item.guid);
  const link = item.link && canonicalLink(item.link);
  const linkPath = item.link && withoutHost(item.link);
  return sameTitle.find(
    (stored) =>
      (guid !== undefined && stored.guid !== undefined && withoutHost(stored.guid) === guid) ||
      (stored.link !== undefined &&
        (canonicalLink(stored.link) === link ||
          (linkPath !== undefined && withoutHost(stored.link) === linkPath))),
  );
}

/** Whether an article's page is the same as before and its guid another, by more than scheme and host. */
export function hasFreshGuid(
  item: { guid?: string; link?: string },
  before: { guid?: string; link?: string },
): boolean {
  if (item.guid === undefined || before.guid === undefined) return false;
  if (item.link === undefined || before.link === undefined) return false;
  const hasMoved =
    withoutHost(item.guid) !== undefined && withoutHost(item.guid) === withoutHost(before.guid);
  return item.guid !== before.guid && !hasMoved && canonicalLink(item.link) === canonicalLink(before.link);
}

/**
 * The mode of a source after `freshGuids` of the `articles` of one document came back under new guids. A source that
 * makes them anew at each fetch has none worth the name.
 */
export function modeAfterFreshGuids(mode: IdentityMode, freshGuids: number, articles: number): IdentityMode {
  return freshGuids > 0 && freshGuids >= Math.min(MAX_FRESH_GUIDS, articles) ? 'link' : mode;
}

const MAX_FRESH_GUIDS = 3;

/** A link by which two addresses of one page are equal: no scheme, `www.`, `m.`, tracking, fragment or end slash. */
export function canonicalLink(link: string): string {
  const plain = withoutTracking(link);
  if (!URL.canParse(plain)) return plain;
  const { host, pathname, search } = new URL(plain);
  return host.replace(/^(?:www|m)\./, '') + pathname.replace(/\/+$/, '') + search;
}

/** An address without scheme and host; undefined where nothing tells it apart from another site's. */
function withoutHost(address: string): string | undefined {
  if (!URL.canParse(address)) return undefined;
  const { protocol, pathname, search, hash } = new URL(address);
  if (!/^https?:$/.test(protocol)) return undefined;
  const rest = pathname + search + hash;
  return rest.length > 1 ? rest : undefined;
}

/**
 * A digest of what a reader would call the content: a change of it is an update, a change of dates alone is not.
 */
export function contentHash(parts: readonly string[]): string {
  // as strings lie in memory, so that nothing has to be encoded first
  return createHash('sha256').update(parts.join('\0'), 'utf16le').digest('hex').slice(0, 16);
}
