import { stringify } from 'yaml';
import { IMAGE_MARK } from '../article.ts';
import { escapeAttribute } from '../markup/escape.ts';
import { FIELD_VALUES, type PostInput, type PostSettings } from './fields.ts';
import { inertBody } from './inert.ts';

/** Raised when the same article is written differently, so that copies of posts are renewed. */
export const POST_WRITING = 2;

/**
 * Writes an article as a front-matter post, `---`, YAML, `---`, body. The body is markup that the blog's Markdown and
 * template engines leave as it is.
 */
export function toPost(input: PostInput, settings: PostSettings): string {
  const frontMatter = Object.entries(settings.profile.keys).flatMap(([key, rule]) => {
    const value = typeof rule === 'string' ? FIELD_VALUES[rule](input, settings) : rule.value;
    return value === undefined ? [] : [[key, value]];
  });
  const yaml = stringify(Object.fromEntries(frontMatter), {
    // what is quoted is a text for YAML 1.1 and 1.2 alike
    defaultStringType: 'QUOTE_DOUBLE',
    defaultKeyType: 'PLAIN',
    lineWidth: 0,
    aliasDuplicateObjects: false,
  });
  return `---\n${yaml}---\n\n${inertBody(withPictures(input.article.contentHtml, settings.pictureUrl))}\n`;
}

/** Addresses stand escaped in attributes and lists of candidates; none ends in a comma, which separates candidates. */
const MARKED_PICTURE = new RegExp(`${IMAGE_MARK}([^"\\s]*[^"\\s,])`, 'g');

function withPictures(contentHtml: string, pictureUrl: (url: string) => string): string {
  return contentHtml.replace(MARKED_PICTURE, (_, url: string) =>
    escapeAttribute(pictureUrl(url.replaceAll('&amp;', '&'))),
  );
}
