import { type Draft, firstOf } from './draft.ts';
import type { Container, Rule, Rules } from './element.ts';
import { address, category, content, html, person, personLine, string, text } from './field-rules.ts';
import { enclosure, guid, link, pageLink } from './link-rules.ts';
import { image, MEDIA_RULES, PODCAST_RULES } from './media-rules.ts';
import type { FeedText, ParsedItem, Person } from './parsed-feed.ts';

/** Some publishers put a list around the categories. */
const categories: Container = { rules: new Map<string, Rule>([['category', category]]) };

/** The entry's source (RFC 4287, 4.2.11): its author is the entry's when that names none; nothing else may leak. */
const source: Container = {
  rules: new Map<string, Rule>([['author', (element, draft) => draft.addPerson('source', element.person())]]),
};

/** `media:group` stands around fields that are the item's. */
const transparent: Container = { rules: MEDIA_RULES };

/** Elements that mean something in an item, of all formats: feeds borrow from each other freely. */
export const ITEM_RULES: Rules = new Map<string, Rule>([
  ['title', text],
  ['dc:title', text],
  ['description', text],
  ['summary', text],
  ['abstract', text],
  ['dc:description', text],
  ['dcterms:abstract', text],
  ['content', content],
  ['content:encoded', html],
  ['xhtml:body', html],
  ['body', html],
  ['fullitem', html],
  ['link', link],
  ['guid', guid],
  ['id', string],
  ['dc:identifier', string],
  ['feedburner:origlink', address],
  ['comments', address],
  ['enclosure', enclosure],
  ['author', person],
  ['dc:creator', personLine],
  ['dc:author', personLine],
  ['managingeditor', personLine],
  ['category', category],
  ['categories', categories],
  ['dc:subject', category],
  ['pubdate', string],
  ['published', string],
  ['issued', string],
  ['dcterms:issued', string],
  ['dc:date', string],
  ['created', string],
  ['dcterms:created', string],
  ['updated', string],
  ['modified', string],
  ['dcterms:modified', string],
  ['lastmod', string],
  ['language', string],
  ['dc:language', string],
  ['image', image],
  ['logo', image],
  ['source', source],
  ['media:group', transparent],
  ...MEDIA_RULES,
  ...PODCAST_RULES,
]);

const TITLES = ['title', 'dc:title', 'media:title', 'itunes:title'];
const CONTENTS = ['content:encoded', 'content', 'xhtml:body', 'body', 'fullitem'];
const SUMMARIES = [
  'summary',
  'description',
  'abstract',
  'dc:description',
  'dcterms:abstract',
  'itunes:summary',
  'media:description',
  'googleplay:description',
  'itunes:subtitle',
];
const PUBLISHED = ['pubdate', 'published', 'issued', 'dcterms:issued', 'dc:date'];
const UPDATED = ['updated', 'modified', 'dcterms:modified', 'lastmod'];
/** When a text was first written is the next best thing to when it appeared. */
const CREATED = ['created', 'dcterms:created'];
const IMAGES = ['image', 'logo', 'itunes:image', 'googleplay:image', 'media:thumbnail', 'media:content'];

/** The item a draft makes; undefined when it was cut off before any text of it came. */
export function toItem(draft: Draft, isCutOff: boolean): ParsedItem | undefined {
  const title = firstOf(draft.texts, TITLES);
  const summary = firstOf(draft.texts, SUMMARIES);
  const body =
    firstOf(draft.texts, CONTENTS) ?? (summary === undefined ? draft.texts.get('data') : undefined);
  const item: ParsedItem = {
    authors: authorsOf(draft),
    categories: draft.categories,
    enclosures: draft.enclosures,
  };
  setTexts(item, { title, summary, content: body });
  setLinks(item, draft);
  setDates(item, draft);
  set(item, 'image', firstOf(draft.addresses, IMAGES));
  set(item, 'language', draft.strings.get('dc:language') ?? draft.strings.get('language') ?? draft.language);
  set(item, 'base', draft.base);
  const hasText = title !== undefined || summary !== undefined || body !== undefined;
  return hasText || !isCutOff ? item : undefined;
}

function setTexts(
  item: ParsedItem,
  texts: Record<'title' | 'summary' | 'content', FeedText | undefined>,
): void {
  if (texts.title !== undefined) item.title = texts.title;
  if (texts.summary !== undefined) item.summary = texts.summary;
  if (texts.content !== undefined) item.content = texts.content;
}

function setLinks(item: ParsedItem, draft: Draft): void {
  set(item, 'id', firstOf(draft.strings, ['guid', 'id', 'rdf:about', 'dc:identifier']));
  const written = pageLink(draft.links, 'alternate') ?? draft.addresses.get('link');
  set(item, 'originalLink', draft.addresses.get('feedburner:origlink'));
  set(item, 'link', written ?? item.originalLink ?? draft.addresses.get('guid'));
  set(item, 'comments', draft.addresses.get('comments') ?? pageLink(draft.links, 'replies'));
}

function setDates(item: ParsedItem, draft: Draft): void {
  set(item, 'updated', firstOf(draft.strings, UPDATED));
  const published = firstOf(draft.strings, PUBLISHED);
  set(
    item,
    'published',
    published ?? (item.updated === undefined ? firstOf(draft.strings, CREATED) : undefined),
  );
}

const AUTHORS = ['author', 'dc:creator', 'dc:author', 'managingeditor'];

/** All whom the item names, each once; the podcast modules repeat the show's name and count only when alone. */
function authorsOf(draft: Draft): Person[] {
  if (draft.people.size === 0) return [];
  const named: Person[] = [];
  for (const name of AUTHORS) named.push(...(draft.people.get(name) ?? []));
  if (named.length > 0) return named.length > 1 ? withoutRepeats(named) : named;
  return (
    draft.people.get('itunes:author') ??
    draft.people.get('googleplay:author') ??
    draft.people.get('source') ??
    []
  );
}

function withoutRepeats(people: Person[]): Person[] {
  const seen = new Set<string>();
  return people.filter((candidate) => {
    const key = (candidate.name ?? candidate.email ?? candidate.url ?? '').toLowerCase();
    return !seen.has(key) && seen.add(key);
  });
}

type StringField =
  | 'id'
  | 'link'
  | 'originalLink'
  | 'published'
  | 'updated'
  | 'image'
  | 'language'
  | 'comments'
  | 'base';

function set(item: ParsedItem, field: StringField, value: string | undefined): void {
  if (value !== undefined) item[field] = value;
}
