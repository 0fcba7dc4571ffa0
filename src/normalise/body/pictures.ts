import { bestCandidate, type Candidate, pictureUrl, readSrcset } from './srcset.ts';
import type { Tag } from './tag.ts';

export interface Picture {
  kind: 'picture';
  /** Absolute, or a `data:` address of a small picture. */
  src: string;
  candidates: Candidate[];
  /** It looks as if a script would put another picture in its place, but does not say which. */
  isDoubtful?: true;
}

/** What an `img` shows: a picture, nothing before its script has run, or something no reader is meant to see. */
export type PictureFinding = Picture | { kind: 'nothing' } | { kind: 'tracker' };

/** Only lazy loaders write these, so they beat even a plausible `src`. In order of preference. */
const LAZY = rank(
  'data-src data-original data-lazy-src data-actualsrc data-original-src data-full-src data-lazyload ' +
    'data-lazyload-src data-echo data-unveil data-cfsrc data-ll-src data-defer-src data-delayed-url data-li-src ' +
    'data-pagespeed-lazy-src data-ks-lazyload data-ks-lazyload-custom data-croporisrc data-backsrc data-rawsrc ' +
    'nitro-lazy-src zoomfile real_src o_src load-src loadsrc lazy-src lazysrc lazy_src',
);

/** These have other uses too, so they count when `src` shows nothing or the class says that a script will fill it. */
const PERHAPS_LAZY = rank(
  'data-full-url data-orig-file data-large-file data-hi-res-src data-src-retina data-zoom-image data-lazy data-url ' +
    'data-orig data-origin data-image data-img data-imageurl data-default-src data-medium-file data-thumb data-cover ' +
    'data-bg file original imgsrc datasrc _src src2',
);

const LAZY_SRCSETS = ['data-srcset', 'data-lazy-srcset', 'lazy-srcset', 'nitro-lazy-srcset', 'data-bgset'];

/** Attributes that may hold a picture's address without meaning this picture. */
const NEVER_AN_ADDRESS = new Set(['src', 'srcset', 'alt', 'title', 'class', 'id', 'style', 'href', 'usemap']);

const PICTURE_FILE = /\.(?:jpe?g|png|gif|webp|avif|bmp)(?:[?#!@_][^\s]*)?$/i;

/** Names of the files that lazy loaders show first, with what may stand before and behind them (`img-blank_1x1.gif`). */
const PLACEHOLDER_FILE = new RegExp(
  '^(?:[^?#]*/)?\\s*(?:(?:ajax|bg|default|ico|icon|image|img|lazy|pic|post|sg|site|thumb)[-_.])?' +
    '(?:1px|1x1|blank|clear|default_img|dot|gr[ae]y|lazy|lazy-?load(?:er|ing)?|load(?:er|ing)|no-pic|none|nopic|pixel|' +
    'placeholder|spacer|trans|transparent)' +
    '(?:[-_.]?(?:\\d{1,4}(?:x\\d{1,4})?|bg|gif|image|img|pic))?[.](?:gif|jpe?g|png|svg|webp)\\s*(?:[?#]|$)',
  'i',
);
/** Smaller than this a `data:` picture is a placeholder, larger than that it weighs down every feed. */
const DATA_MIN = 200;
const DATA_MAX = 64 * 1024;
/** Longer references are not looked at for the name of a placeholder. */
const MAX_NAMED = 2000;

/** The picture of an `img`, whichever way its page wanted to load it. `offered` are the candidates of its `picture`. */
export function findPicture(
  tag: Tag,
  base: string | undefined,
  offered: readonly Candidate[],
): PictureFinding {
  const lazy = bestRanked(tag, LAZY, base);
  if (lazy !== undefined)
    return seen(tag, { kind: 'picture', src: lazy, candidates: lazyCandidates(tag, base) });
  if (isHidden(tag)) return { kind: 'tracker' };
  const src = readAddress(tag.get('src'), base);
  if (src !== undefined && !saysLazy(tag)) {
    return seen(tag, shownAtOnce(tag, base, src));
  }
  return seen(tag, hiddenBehindScript(tag, base, src, offered));
}

function shownAtOnce(tag: Tag, base: string | undefined, src: string): Picture {
  const own = srcsetOf(tag, 'srcset', base);
  const candidates = own.length > 0 ? own : lazyCandidates(tag, base);
  // a picture in the markup itself is often a blurred one, until a script puts the true one in its place
  const isDoubtful = src.startsWith('data:') && candidates.length === 0;
  return { kind: 'picture', src, candidates, ...(isDoubtful && { isDoubtful }) };
}

/** The candidates a `source` of a `picture` offers. */
export function offeredBy(tag: Tag, base: string | undefined): Candidate[] {
  const lazy = lazyCandidates(tag, base);
  return lazy.length > 0 ? lazy : srcsetOf(tag, 'srcset', base);
}

/**
 * A picture that an element shows without being an `img`: as its background, or because a script puts it there.
 */
export function findBackground(tag: Tag, base: string | undefined): string | undefined {
  const background = readBackground(tag, base);
  return background === undefined || isTracker(background) ? undefined : background;
}

function readBackground(tag: Tag, base: string | undefined): string | undefined {
  for (const name of tag.names) {
    if (BACKGROUNDS.has(name)) {
      const address = readAddress(insideUrl(tag.start(name)), base);
      if (address !== undefined) return address;
    } else if (name.startsWith('data-') && (LAZY.has(name) || name === 'data-url')) {
      const value = tag.start(name);
      if (PICTURE_FILE.test(value)) return readAddress(value, base);
    } else if (name === 'style') {
      const style = tag.start(name);
      if (!style.includes('(')) continue;
      const address = /background(?:-image)?\s{0,5}:[^;]{0,200}?url\(([^)]{1,1500})\)/i.exec(style)?.[1];
      const url = address === undefined ? undefined : readAddress(unquoted(address), base);
      if (url !== undefined && !url.startsWith('data:')) return url;
    }
  }
  return undefined;
}

const BACKGROUNDS = new Set([
  'data-bg',
  'data-background',
  'data-background-image',
  'data-bg-src',
  'data-bgset',
]);

function insideUrl(value: string): string {
  const inside = /^\s*url\(([^)]{1,1500})\)/i.exec(value)?.[1];
  return inside === undefined ? value : unquoted(inside);
}

function unquoted(address: string): string {
  return address.trim().replace(/^["']|["']$/g, '');
}

function hiddenBehindScript(
  tag: Tag,
  base: string | undefined,
  src: string | undefined,
  offered: readonly Candidate[],
): PictureFinding {
  const named = bestRanked(tag, PERHAPS_LAZY, base);
  const lazy = lazyCandidates(tag, base);
  if (named !== undefined) return { kind: 'picture', src: named, candidates: lazy };
  const candidates = lazy.length > 0 ? lazy : srcsetOf(tag, 'srcset', base);
  if (lazy.length === 0 && src !== undefined) return { kind: 'picture', src, candidates, isDoubtful: true };
  const best = bestCandidate(candidates) ?? bestCandidate(offered);
  const address = best?.url ?? anyPictureAddress(tag, base) ?? embedded(tag.get('src'));
  return address === undefined ? { kind: 'nothing' } : { kind: 'picture', src: address, candidates };
}

function seen(tag: Tag, finding: PictureFinding): PictureFinding {
  return finding.kind === 'picture' && (isPixel(tag) || isTracker(finding.src))
    ? { kind: 'tracker' }
    : finding;
}

function bestRanked(
  tag: Tag,
  ranks: ReadonlyMap<string, number>,
  base: string | undefined,
): string | undefined {
  let best: string | undefined;
  let bestRank = Number.POSITIVE_INFINITY;
  for (const name of tag.names) {
    const rank = ranks.get(name);
    if (rank === undefined || rank >= bestRank) continue;
    const value = tag.get(name) ?? '';
    // `true`, `1` and `1.5` are settings of a loader, and so is JSON
    const address =
      /[/.]/.test(value) && !/^\s*[[{]|^[\d.]+$/.test(value) ? readAddress(value, base) : undefined;
    if (address !== undefined) {
      best = address;
      bestRank = rank;
    }
  }
  return best;
}

/** The address in an attribute nobody knows: of a picture's file, or any whole one where the name speaks of a source. */
function anyPictureAddress(tag: Tag, base: string | undefined): string | undefined {
  for (const name of tag.names) {
    if (NEVER_AN_ADDRESS.has(name)) continue;
    const value = tag.start(name);
    const isSource = name.includes('src') && /^\s*(?:https?:)?\/\//i.test(value);
    if (/^[^\s<>"'{}]+$/.test(value) && (isSource || PICTURE_FILE.test(value))) {
      const address = readAddress(value, base);
      if (address !== undefined) return address;
    }
  }
  return undefined;
}

/** The address a reader could load, or undefined for placeholders. */
function readAddress(reference: string | undefined, base: string | undefined): string | undefined {
  if (reference === undefined || isPlaceholder(reference)) return undefined;
  return embedded(reference) ?? pictureUrl(reference, base);
}

function embedded(reference: string | undefined): string | undefined {
  if (reference === undefined || reference.length < DATA_MIN || reference.length > DATA_MAX) return undefined;
  return /^data:image\/(?:png|jpeg|gif|webp|avif);base64,[a-z\d+/]+={0,2}$/i.test(reference)
    ? reference
    : undefined;
}

function isPlaceholder(reference: string): boolean {
  // a fragment is the page itself
  if (/^\s*(?:$|#|about:|data:)/i.test(reference)) {
    const start = reference.slice(0, 64).trimStart();
    return reference.length < DATA_MIN || /^(?:$|#|about:|data:image\/(?:gif|svg))/i.test(start);
  }
  return reference.length <= MAX_NAMED && PLACEHOLDER_FILE.test(reference);
}

function srcsetOf(tag: Tag, name: string, base: string | undefined): Candidate[] {
  const srcset = tag.get(name);
  if (srcset === undefined) return [];
  return readSrcset(srcset, base, (reference) => !isPlaceholder(reference)).filter(
    ({ url }) => !isTracker(url),
  );
}

function lazyCandidates(tag: Tag, base: string | undefined): Candidate[] {
  for (const name of LAZY_SRCSETS) {
    const candidates = srcsetOf(tag, name, base);
    if (candidates.length > 0) return candidates;
  }
  return [];
}

function saysLazy(tag: Tag): boolean {
  return /(?:^|[\s_-])(?:lazy|lozad)/i.test(tag.start('class'));
}

function isHidden(tag: Tag): boolean {
  if (tag.get('hidden') !== undefined) return true;
  const style = tag.start('style');
  return style !== '' && /display\s{0,5}:\s{0,5}none|visibility\s{0,5}:\s{0,5}hidden/i.test(style);
}

/** Whether an element is at most a pixel wide or high, as the pictures and frames are that only count readers. */
export function isPixel(tag: Tag): boolean {
  const style = tag.start('style');
  return (
    isAtMostOne(tag.start('width')) ||
    isAtMostOne(tag.start('height')) ||
    (style !== '' &&
      /(?:^|[;\s])(?:max-)?(?:width|height)\s{0,5}:\s{0,5}[01](?:px)?\s{0,5}(?:[;!]|$)/i.test(style))
  );
}

function isAtMostOne(length: string): boolean {
  return length !== '' && /^\s*[01](?:\.0*)?(?:px)?\s*$/.test(length);
}

/** Hosts, with their subdomains, whose pictures and frames only count readers. */
const TRACKER_HOSTS = (
  '2o7.net ads.linkedin.com adnxs.com analytics.twitter.com api.flattr.com bluekai.com chartbeat.com chartbeat.net ' +
  'cnzz.com doubleclick.net feedsportal.com google-analytics.com googleadservices.com googlesyndication.com ' +
  'googletagmanager.com hm.baidu.com imrworldwide.com krxd.net met.vgwort.de pixel.wp.com px.ads.linkedin.com ' +
  'quantserve.com scorecardresearch.com stats.wordpress.com xiti.com'
).split(' ');

/** How the paths of counters begin on sites that have other pictures as well. */
const TRACKER_PATHS = Object.entries({
  'facebook.com': '/tr[/?]',
  'feedburner.com': '/~(?:r|ff)/',
  'list-manage.com': '/track/',
  'list-manage1.com': '/track/',
  'list-manage2.com': '/track/',
  'medium.com': '/_/stat',
  'substack.com': '/(?:o|open)[/?]',
  'substackcdn.com': '/(?:o|open)[/?]',
});

const TRACKER = new RegExp(
  `^https?://(?:[^/?#:]*\\.)?(?:${[
    ...TRACKER_HOSTS.map((host) => `${pattern(host)}(?:[/?#:]|$)`),
    ...TRACKER_PATHS.map(([site, path]) => `${pattern(site)}(?::\\d+)?${path}`),
  ].join('|')})`,
);

/** Counters that are installed on any host. */
const TRACKER_FILE = /^https?:[^?#]*\/(?:count\.gif|matomo\.php|piwik\.php|pixel\.gif)(?:[?#]|$)/;

/** Whether an address, as `absoluteUrl` gives it, is a known counter's. */
export function isTracker(url: string): boolean {
  return TRACKER.test(url) || TRACKER_FILE.test(url);
}

function pattern(host: string): string {
  return host.replaceAll('.', '\\.');
}

/** What an address or a class says about pictures that stand beside a text rather than for it. */
const DECORATION =
  /(?:^|[^a-z])(?:(?:ads?|avatars?|badges?|btn|buttons?|eeimg|emojis?|emoticons?|equations?|favicons?|icons?|latex|logos?|qr-?code|share|sharing|smiles?|smileys?|smilies|spinner)(?![a-z])|advert)/i;

/** Whether an address alone lets a picture stand for its article: it is remote and speaks of no decoration. */
export function isHeadAddress(url: string): boolean {
  return !url.startsWith('data:') && !DECORATION.test(url.slice(url.indexOf('/', 8)));
}

/** Whether a picture can stand for its article: not said to be smaller than 100 x 60, and no decoration. */
export function isHeadPicture(tag: Tag, url: string): boolean {
  if (!isHeadAddress(url) || DECORATION.test(tag.start('class'))) return false;
  const said = /^\s*(\d{1,5}),(\d{1,5})/.exec(tag.start('data-size'));
  const width = pixels(tag.start('width')) ?? pixels(said?.[1]);
  const height = pixels(tag.start('height')) ?? pixels(said?.[2]);
  return (width === undefined || width >= 100) && (height === undefined || height >= 60);
}

function pixels(value: string | undefined): number | undefined {
  const digits = /^\s*(\d{1,5})(?:\.\d*)?(?:px)?\s*$/.exec(value ?? '')?.[1];
  return digits === undefined ? undefined : Number(digits);
}

function rank(names: string): ReadonlyMap<string, number> {
  return new Map(names.split(' ').map((name, index) => [name, index]));
}
