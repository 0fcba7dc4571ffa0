import { REFERER_RULES, type RefererRule } from './referer-rules.ts';

/**
 * One way to choose a Referer: by the table, the page the picture was seen on, none at all, or the picture's own
 * origin.
 */
export type RefererRung = 'table' | 'page' | 'none' | 'origin';

export interface RefererHints {
  /** A page that shows the picture. */
  page?: string | undefined;
  /** The rung that worked for this host before. */
  remembered?: RefererRung | undefined;
}

/** Answers that a picture host gives for a Referer it does not like. */
const REFUSALS: ReadonlySet<number> = new Set([401, 403, 418]);

export function isRefererRefusal(status: number): boolean {
  return REFUSALS.has(status);
}

/**
 * The rungs to try for a picture, first the one that worked before, then table, page, none and its own origin. A rung
 * that would send the same as one before it is left out.
 */
export function refererLadder(url: URL, { page, remembered }: RefererHints): RefererRung[] {
  const rungs: RefererRung[] = ['table', 'page', 'none', 'origin'];
  const ordered = remembered === undefined ? rungs : [remembered, ...rungs];
  const sent = ordered
    .filter((rung) => rung !== 'table' || findRule(url.hostname) !== undefined)
    .map((rung) => ({ rung, referer: refererFor(rung, url, page) }))
    .filter(({ rung, referer }) => rung !== 'page' || referer !== undefined);
  const isNew = ({ referer }: { referer: string | undefined }, i: number) =>
    sent.findIndex((before) => before.referer === referer) === i;
  return sent.filter(isNew).map(({ rung }) => rung);
}

/** The Referer that a rung means for a URL; `undefined` is none. The page loses its fragment and credentials. */
export function refererFor(rung: RefererRung, url: URL, page: string | undefined): string | undefined {
  if (rung === 'table') return applyRule(findRule(url.hostname) ?? 'none', url, page);
  if (rung === 'page') return toReferer(page);
  return rung === 'origin' ? `${url.origin}/` : undefined;
}

/** The Referer for a redirect hop: a host of the table gets what the table says, whichever rung the request is on. */
export function refererForHop(
  rung: RefererRung,
  hop: URL,
  first: URL,
  page: string | undefined,
): string | undefined {
  const isListedElsewhere = hop.host !== first.host && findRule(hop.hostname) !== undefined;
  return refererFor(isListedElsewhere ? 'table' : rung, hop, page);
}

function applyRule(rule: RefererRule, url: URL, page: string | undefined): string | undefined {
  if (rule === 'none') return undefined;
  if (rule === 'self') return `${url.origin}/`;
  return rule === 'page' ? toReferer(page) : rule;
}

function findRule(host: string): RefererRule | undefined {
  if (Object.hasOwn(REFERER_RULES, host)) return REFERER_RULES[host];
  for (let rest = host; ; rest = rest.slice(rest.indexOf('.') + 1)) {
    if (Object.hasOwn(REFERER_RULES, `*.${rest}`)) return REFERER_RULES[`*.${rest}`];
    if (!rest.includes('.')) return undefined;
  }
}

function toReferer(page: string | undefined): string | undefined {
  if (page === undefined || !URL.canParse(page)) return undefined;
  const url = new URL(page);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return undefined;
  url.username = '';
  url.password = '';
  url.hash = '';
  return url.href;
}
