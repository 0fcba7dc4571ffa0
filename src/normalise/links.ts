/** Longer references are no addresses anyone can open, and base addresses multiply with every link of a body. */
const MAX_URL = 8192;
const MAX_BASE = 2048;

/**
 * A path, query and fragment the URL parser would give back as they are: no dot segments, nothing to percent-encode.
 * Most addresses of real bodies pass, and a regular expression is cheaper.
 */
const PATH =
  '(?:/(?!\\.|%2[eE])[\\w~!$&()*+,;=:@%.-]*)+(?:\\?[\\w~!$&()*+,;=:@%./?-]*)?(?:#[\\w~!$&()*+,;=:@%./?-]*)?$';
/** The same behind a lower-case named host without port, credentials or Punycode, whose validity is to be checked. */
const CANONICAL = new RegExp(`^https?://(?:(?!xn--)[a-z0-9][a-z0-9-]*\\.)+[a-z][a-z0-9]*${PATH}`);
const CANONICAL_PATH = new RegExp(`^(?!//)${PATH}`);

/**
 * The absolute http or https address of a reference, without credentials; undefined when it has another scheme, is
 * relative without a base, or is no address at all. A reference that begins with `//` becomes https.
 */
export function absoluteUrl(reference: string, base?: string): string | undefined {
  if (reference.length > MAX_URL) return undefined;
  if (CANONICAL.test(reference)) return reference;
  const origin = base === undefined || !CANONICAL_PATH.test(reference) ? undefined : originOf(base);
  const href = origin === undefined ? resolve(reference.trim(), base) : origin + reference;
  return href === undefined || href.length > MAX_URL ? undefined : href;
}

function resolve(reference: string, base?: string): string | undefined {
  if (reference === '') return undefined;
  const url = parseUrl(reference.startsWith('//') ? `https:${reference}` : reference, base);
  if (url === undefined || (url.protocol !== 'https:' && url.protocol !== 'http:')) return undefined;
  if (url.username !== '' || url.password !== '') url.username = url.password = '';
  return url.href;
}

/** The base asked for last: a body asks for the same one with each of its references. */
let known: { base: string; origin: string | undefined } = { base: '', origin: undefined };

/** What the references of a http or https base begin with; undefined for any other base. */
function originOf(base: string): string | undefined {
  if (known.base !== base) {
    const url = base.length > MAX_BASE ? undefined : parseUrl(base);
    known = { base, origin: url !== undefined && /^https?:$/.test(url.protocol) ? url.origin : undefined };
  }
  return known.origin;
}

/** The address a `mailto:` or `tel:` reference names, or undefined when it is neither. */
export function contactUrl(reference: string): string | undefined {
  if (reference.length > MAX_BASE || !/^\s*(?:mailto|tel):/i.test(reference)) return undefined;
  return parseUrl(reference.trim())?.href;
}

function parseUrl(reference: string, base?: string): URL | undefined {
  try {
    return base === undefined || base.length > MAX_BASE ? new URL(reference) : new URL(reference, base);
  } catch {
    return undefined;
  }
}

/** Names that carry nothing but the way a reader came, whatever the site. */
const TRACKING_NAMES = (
  'fbclid fb_action_ids fb_action_types fb_ref fb_source fb_comment_id _openstat gclid dclid gbraid wbraid gclsrc ' +
  'srsltid yclid ysclid twclid ttclid msclkid mc_cid mc_eid mc_tc mkt_tok wickedid hsa_cam _hsenc _hsmi __hssc ' +
  '__hstc __hsfp hsctatracking rb_clickid oly_anon_id oly_enc_id vero_id vero_conv s_cid sc_cid _bhlid ' +
  '_branch_match_id _branch_referrer __readwiselocation __s _ga _gl cmpid igshid igsh hmb_campaign hmb_medium ' +
  'hmb_source campaign_id campaign_medium campaign_name campaign_source campaign_term campaign_content ' +
  'spm spm_id_from from_spmid from_source vd_source seid share_source share_medium share_plat share_session_id ' +
  'share_tag share_token unique_k buvid is_story_h5 xsec_source xhsshare appuid hmsr hmpl hmcu hmkw hmci nsukey scm'
).split(' ');
const TRACKING_PREFIXES = 'utm_ mtm_ pk_ itm_ ga_ otm_ scm_ scm- scm[.]'.split(' ');

/** Names that track on these sites only; elsewhere they choose what is shown. Subdomains are meant as well. */
const TRACKING_OF_SITE: ReadonlyMap<string, readonly string[]> = new Map([
  ['bilibili.com', ['from', 'mid', 'callback', 'timestamp', 'up_id']],
  ['youtube.com', ['feature', 'si', 'pp', 'kw']],
  ['youtu.be', ['feature', 'si', 'pp', 'kw']],
  ['twitter.com', ['s', 't', 'ref_src']],
  ['x.com', ['s', 't', 'ref_src']],
  ['medium.com', ['source']],
  ['spotify.com', ['si']],
]);

/** `amp;` is left over where a publisher escaped an address twice. */
const TRACKING = new RegExp(
  `^(?:amp;)?(?:(?:${TRACKING_NAMES.join('|')})(?:=|$)|${TRACKING_PREFIXES.join('|')})`,
  'i',
);
/** The name of a parameter that tracks somewhere. */
const TRACKING_SOMEWHERE = new RegExp(
  `^(?:amp;)?(ref|${[...TRACKING_OF_SITE.values()].flat().join('|')})(?:=|$)`,
  'i',
);

/** The host of an absolute http or https address as `URL.href` writes it, in lower case and without its port. */
export function hostOf(url: string): string {
  const start = url.indexOf('//') + 2;
  const end = url.slice(start).search(/[/?#:]/);
  return (end < 0 ? url.slice(start) : url.slice(start, start + end)).toLowerCase();
}

/** The last two names of a host: for the sites of our tables, the part that all their subdomains share. */
export function siteOf(host: string): string {
  return host.slice(host.lastIndexOf('.', host.lastIndexOf('.') - 1) + 1);
}

/**
 * The address without the parameters that only say where a reader came from. It is returned untouched when there are
 * none, because a query need not consist of pairs (`?crop/1420x708/format/webp`); what stays is not re-encoded.
 * `siteHost` is the host of the feed or its site: `ref` goes when it names it.
 */
export function withoutTracking(url: string, options: { siteHost?: string } = {}): string {
  const mark = url.indexOf('?');
  if (mark < 0) return url;
  const fragment = url.indexOf('#');
  if (fragment >= 0 && fragment < mark) return url;
  const end = fragment < 0 ? url.length : fragment;
  let kept = '';
  for (let at = mark + 1; at <= end; ) {
    const next = url.indexOf('&', at);
    const stop = next < 0 || next > end ? end : next;
    const parameter = url.slice(at, stop);
    if (!isTracking(parameter, url, options.siteHost)) kept += (kept === '' ? '?' : '&') + parameter;
    at = stop + 1;
  }
  return kept.length === end - mark ? url : url.slice(0, mark) + kept + url.slice(end);
}

/** Whether a parameter of an address says only where a reader came from. */
function isTracking(parameter: string, url: string, siteHost: string | undefined): boolean {
  if (TRACKING.test(parameter)) return true;
  const name = TRACKING_SOMEWHERE.exec(parameter)?.[1]?.toLowerCase();
  if (name === undefined) return false;
  if (name === 'ref')
    return siteHost !== undefined && sameHost(parameter.slice(parameter.indexOf('=') + 1), siteHost);
  return TRACKING_OF_SITE.get(siteOf(hostOf(url)))?.includes(name) === true;
}

function sameHost(one: string, other: string): boolean {
  return one.toLowerCase().replace(/^www\./, '') === other.toLowerCase().replace(/^www\./, '');
}
