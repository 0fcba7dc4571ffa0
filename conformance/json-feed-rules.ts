/** What JSON Feed 1.1 asks of a document (https://www.jsonfeed.org/version/1.1/), as a list of what is against it. */
export function jsonFeedFaults(text: string): string[] {
  let feed: unknown;
  try {
    feed = JSON.parse(text);
  } catch (error) {
    return [String(error)];
  }
  if (!isObject(feed)) return ['the document is no object'];
  const faults = [...fieldFaults('feed', feed, FEED_FIELDS), ...authorFaults('feed', feed.authors)];
  if (feed.version !== 'https://jsonfeed.org/version/1.1') faults.push('version');
  if (typeof feed.title !== 'string') faults.push('no title');
  if (feed.next_url !== undefined && feed.next_url === feed.feed_url) faults.push('next_url is feed_url');
  // half of a surrogate pair is legal in an escape, and refused by strict readers
  if (!text.isWellFormed() || /\\ud[89a-f]/i.test(text.replaceAll('\\\\', '')))
    faults.push('half a surrogate pair');
  if (!Array.isArray(feed.items)) return [...faults, 'no items'];
  const ids = feed.items.map((item) => (isObject(item) ? item.id : undefined));
  if (new Set(ids).size < ids.length) faults.push('two items have one id');
  return [...faults, ...feed.items.flatMap((item, index) => itemFaults(`item ${index}`, item))];
}

function itemFaults(name: string, item: unknown): string[] {
  if (!isObject(item)) return [`${name} is no object`];
  const faults = [...fieldFaults(name, item, ITEM_FIELDS), ...authorFaults(name, item.authors)];
  if (typeof item.id !== 'string' || item.id === '') faults.push(`${name}: no id`);
  if (item.content_html === undefined && item.content_text === undefined) faults.push(`${name}: no content`);
  for (const attachment of asList(item.attachments)) {
    if (!isObject(attachment)) faults.push(`${name}: an attachment is no object`);
    else {
      faults.push(...fieldFaults(`${name}, attachment`, attachment, ATTACHMENT_FIELDS));
      if (attachment.url === undefined || attachment.mime_type === undefined)
        faults.push(`${name}: an attachment without url or mime_type`);
    }
  }
  return faults;
}

function authorFaults(name: string, authors: unknown): string[] {
  return asList(authors).flatMap((author) => {
    if (!isObject(author)) return [`${name}: an author is no object`];
    const { name: person, url, avatar } = author;
    if (person === undefined && url === undefined && avatar === undefined)
      return [`${name}: an empty author`];
    return fieldFaults(`${name}, author`, author, { name: isText, url: isUrl, avatar: isUrl });
  });
}

type Rule = (value: unknown) => boolean;

const isText: Rule = (value) => typeof value === 'string';
const isUrl: Rule = (value) => typeof value === 'string' && /^https?:\/\//.test(value) && URL.canParse(value);
const isNumber: Rule = (value) => typeof value === 'number' && value >= 0;
const isList: Rule = Array.isArray;
const isTags: Rule = (value) => Array.isArray(value) && value.every(isText);
/** BCP 47, as far as the form of a tag goes. */
const isLanguage: Rule = (value) =>
  typeof value === 'string' && /^[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*$/.test(value);
const isDate: Rule = (value) =>
  typeof value === 'string' &&
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/.test(value) &&
  !Number.isNaN(Date.parse(value));

const FEED_FIELDS: Record<string, Rule> = {
  version: isUrl,
  title: isText,
  home_page_url: isUrl,
  feed_url: isUrl,
  description: isText,
  user_comment: isText,
  next_url: isUrl,
  icon: isUrl,
  favicon: isUrl,
  authors: isList,
  language: isLanguage,
  expired: (value) => typeof value === 'boolean',
  hubs: isList,
  items: isList,
};

const ITEM_FIELDS: Record<string, Rule> = {
  id: isText,
  url: isUrl,
  external_url: isUrl,
  title: isText,
  content_html: isText,
  content_text: isText,
  summary: isText,
  image: isUrl,
  banner_image: isUrl,
  date_published: isDate,
  date_modified: isDate,
  authors: isList,
  tags: isTags,
  language: isLanguage,
  attachments: isList,
};

const ATTACHMENT_FIELDS: Record<string, Rule> = {
  url: isUrl,
  mime_type: (value) => typeof value === 'string' && /^[\w.+-]+\/[\w.+-]+/.test(value),
  title: isText,
  size_in_bytes: isNumber,
  duration_in_seconds: isNumber,
};

/** Fields of the wrong kind, and fields that are neither the format's nor an extension, which begins with `_`. */
function fieldFaults(name: string, object: Record<string, unknown>, rules: Record<string, Rule>): string[] {
  return Object.entries(object).flatMap(([field, value]) => {
    if (field.startsWith('_')) return [];
    const rule = rules[field];
    if (rule === undefined) return [`${name}: ${field} is not of the format`];
    return rule(value) ? [] : [`${name}: ${field} is ${JSON.stringify(value)?.slice(0, 80)}`];
  });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function asList(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
