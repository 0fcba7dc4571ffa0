import { type Draft, firstOf } from './draft.ts';
import type { Container, Element, Rule, Rules } from './element.ts';
import { address, person, personLine, string, text } from './field-rules.ts';
import { isPage, link, pageLink } from './link-rules.ts';
import { image, PODCAST_RULES } from './media-rules.ts';
import type { FeedText, ParsedFeed } from './parsed-feed.ts';

const hour: Rule = (element, draft) => {
  const value = Number(element.string());
  // 24 is midnight in the days of RSS 0.91
  if (Number.isInteger(value) && value >= 0 && value <= 24 && draft.skipHours.length < 24)
    draft.skipHours.push(value % 24);
};

const day: Rule = (element, draft) => {
  const index = WEEKDAYS.indexOf((element.string() ?? '').toLowerCase());
  if (index >= 0 && draft.skipDays.length < 7) draft.skipDays.push(index);
};

const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];

const skipHours: Container = { rules: new Map([['hour', hour]]) };
const skipDays: Container = { rules: new Map([['day', day]]) };

/** Elements that mean something in a channel or an Atom feed, outside its items. */
export const CHANNEL_RULES: Rules = new Map<string, Rule>([
  ['title', text],
  ['dc:title', text],
  ['description', text],
  ['subtitle', text],
  ['tagline', text],
  ['abstract', text],
  ['dc:description', text],
  ['link', link],
  ['id', string],
  ['language', string],
  ['dc:language', string],
  ['ttl', string],
  ['sy:updateperiod', string],
  ['sy:updatefrequency', string],
  ['author', person],
  ['dc:creator', personLine],
  ['managingeditor', personLine],
  ['image', image],
  ['logo', address],
  ['icon', address],
  ['skiphours', skipHours],
  ['skipdays', skipDays],
  ...PODCAST_RULES,
]);

const TITLES = ['title', 'dc:title'];
const DESCRIPTIONS = [
  'subtitle',
  'tagline',
  'description',
  'abstract',
  'dc:description',
  'itunes:summary',
  'googleplay:description',
  'itunes:subtitle',
];
const AUTHORS = ['author', 'managingeditor', 'dc:creator', 'itunes:author', 'googleplay:author'];
const IMAGES = ['image', 'logo', 'itunes:image', 'googleplay:image', 'icon'];

/** The feed without its items. */
export function toFeed(draft: Draft, format: ParsedFeed['format']): ParsedFeed {
  const feed: ParsedFeed = {
    kind: 'feed',
    format,
    authors: firstOf(draft.people, AUTHORS) ?? [],
    skipHours: draft.skipHours,
    skipDays: draft.skipDays,
    expired: false,
    items: [],
    repairs: [],
  };
  setText(feed, 'title', firstOf(draft.texts, TITLES));
  setText(feed, 'description', firstOf(draft.texts, DESCRIPTIONS));
  setString(feed, 'link', pageOf(draft));
  setString(feed, 'selfLink', draft.links.find(({ rel }) => rel === 'self')?.href);
  setString(feed, 'hub', draft.links.find(({ rel }) => rel === 'hub')?.href);
  setString(
    feed,
    'language',
    draft.strings.get('language') ?? draft.strings.get('dc:language') ?? draft.language,
  );
  setString(feed, 'image', firstOf(draft.addresses, IMAGES));
  const minutes = minutesBetweenPolls(draft);
  if (minutes !== undefined) feed.minutesBetweenPolls = minutes;
  return feed;
}

/** RSS's own `link` comes before an `atom:link` beside it, unless that is plainly the page. */
function pageOf(draft: Draft): string | undefined {
  const alternates = draft.links.filter(({ rel }) => rel === 'alternate');
  return (
    alternates.findLast(isPage)?.href ?? draft.addresses.get('link') ?? pageLink(draft.links, 'alternate')
  );
}

/** Minutes in each `sy:updatePeriod` (RSS 1.0 syndication module). */
const PERIOD_MINUTES = new Map([
  ['hourly', 60],
  ['daily', 1440],
  ['weekly', 10_080],
  ['monthly', 43_200],
  ['yearly', 525_600],
]);

function minutesBetweenPolls(draft: Draft): number | undefined {
  const ttl = draft.strings.get('ttl') ?? '';
  if (/^\d{1,6}$/.test(ttl) && Number(ttl) > 0) return Number(ttl);
  const period = PERIOD_MINUTES.get(draft.strings.get('sy:updateperiod')?.toLowerCase() ?? '');
  if (period === undefined) return undefined;
  const frequency = Number(draft.strings.get('sy:updatefrequency') ?? 1);
  return Math.max(1, Math.round(period / (frequency >= 1 ? frequency : 1)));
}

function setText(feed: ParsedFeed, field: 'title' | 'description', value: FeedText | undefined): void {
  if (value !== undefined) feed[field] = value;
}

function setString(
  feed: ParsedFeed,
  field: 'link' | 'selfLink' | 'hub' | 'language' | 'image',
  value: string | undefined,
): void {
  if (value !== undefined) feed[field] = value;
}

/** What CDF writes as attributes of its channel and items. */
export function readCdfAttributes(element: Element, draft: Draft): void {
  draft.addAddress('link', element.address(element.attribute('href')));
  draft.addString('lastmod', element.attribute('lastmod'));
}
