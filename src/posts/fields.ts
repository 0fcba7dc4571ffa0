import { Scalar } from 'yaml';
import type { Article } from '../article.ts';
import { inertText, inertUrl } from './inert.ts';
import type { Field, Profile } from './profile.ts';
import { shortenName } from './short-name.ts';
import { toZonedTime } from './zoned-time.ts';

/** What a post is made from. */
export interface PostInput {
  article: Article;
  /** What its source is called. */
  sourceTitle: string;
}

/** How one post is written. */
export interface PostSettings {
  profile: Profile;
  timezone?: string;
  /** The address at which the blog loads a picture. */
  pictureUrl: (url: string) => string;
}

type Value = string | string[] | Scalar | undefined;

/** How each field is written into front matter: inert, because themes print it without escaping. */
export const FIELD_VALUES: Record<Field, (input: PostInput, settings: PostSettings) => Value> = {
  title: ({ article }) => inertText(article.title),
  description: ({ article }) => inertText(article.summary ?? article.title),
  categories: ({ article }) => nameList(article.categories),
  tags: ({ article }) => nameList([...new Set(article.tags.filter((tag) => NAMES_SOMETHING.test(tag)))]),
  headImage: ({ article }, settings) => picture(article.headImage, settings),
  headImages: ({ article }, settings) => {
    const url = picture(article.headImage, settings);
    return url === undefined ? undefined : [url];
  },
  thumbnail: ({ article }, settings) => picture(article.thumbnail, settings),
  author: ({ article }) => inertText(article.author),
  source: ({ sourceTitle }) => inertText(sourceTitle),
  link: ({ article }) => (article.link === undefined ? undefined : inertUrl(article.link)),
  published: ({ article }, settings) => toDate(article.published, settings),
  updated: ({ article }, settings) =>
    article.updated === undefined ? undefined : toDate(article.updated, settings),
  lastChanged: ({ article }, settings) => toDate(article.updated ?? article.published, settings),
  language: ({ article }) => article.language,
};

/** Generators make a folder of each tag's letters, digits and emoji: one without any would be the folder of all tags. */
const NAMES_SOMETHING = /[\p{L}\p{N}\p{Extended_Pictographic}]/u;

/** Each name short enough for the folder that generators make for it. */
function nameList(names: readonly string[]): string[] | undefined {
  return names.length === 0 ? undefined : names.map((name) => shortenName(inertText(name)).trim());
}

function picture(url: string | undefined, { pictureUrl }: PostSettings): string | undefined {
  return url === undefined ? undefined : inertUrl(pictureUrl(url));
}

function toDate(time: number, { profile, timezone }: PostSettings): string | Scalar {
  if (profile.dates === 'local') {
    if (timezone === undefined) return new Date(time).toUTCString();
    const { day, time: clock } = toZonedTime(time, timezone);
    return `${day} ${clock}`;
  }
  const { day, time: clock, offset } = toZonedTime(time, timezone ?? 'UTC');
  const date = new Scalar(`${day}T${clock}${offset}`);
  // unquoted it is a time for every reader, quoted a text for some
  date.type = 'PLAIN';
  return date;
}
