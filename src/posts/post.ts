import { stringify } from 'yaml';
import { type Article, proxiedBody, proxiedPicture } from '../article.ts';

/**
 * Writes an article as a front-matter post. Keys and their order are those of a Hexo blog (Volantis): title,
 * categories, headimg, author, comments, date, thumbnail, then what else is known. The body is markup that the blog's
 * Markdown and template engines leave as it is.
 */
export function toPost(article: Article, options: { proxyOrigin: string }): string {
  const picture = (url: string | undefined) => url && inertUrl(proxiedPicture(url, options.proxyOrigin));
  const frontMatter = {
    title: inertText(article.title),
    categories: article.categories.map(inertText),
    headimg: picture(article.headImage),
    author: inertText(article.author),
    comments: false,
    date: new Date(article.published).toUTCString(),
    thumbnail: picture(article.thumbnail),
    tags: article.tags.length > 0 ? article.tags.map(inertText) : undefined,
    updated: article.updated === undefined ? undefined : new Date(article.updated).toUTCString(),
    link: article.link && inertUrl(article.link),
    lang: article.language,
  };
  const yaml = stringify(frontMatter, {
    defaultStringType: 'QUOTE_DOUBLE',
    defaultKeyType: 'PLAIN',
    lineWidth: 0,
  });
  return `---\n${yaml}---\n\n${inertBody(proxiedBody(article.contentHtml, options.proxyOrigin))}\n`;
}

const FULL_WIDTH: Record<string, string> = { '<': '＜', '>': '＞', '{': '｛', '}': '｝', '=': '＝' };

/**
 * A text that blog themes may print anywhere without escaping, as they do: `<`, `>` and braces become their full-width
 * forms; `=` too where the text has a quote, because both together end an attribute and begin another.
 */
function inertText(text: string): string {
  return text.replace(/["'`]/.test(text) ? /[<>{}=]/g : /[<>{}]/g, (c) => FULL_WIDTH[c] ?? c);
}

/** An address that themes may print into attributes and into CSS `url(…)`: what could end either is percent-encoded. */
function inertUrl(url: string): string {
  return url.replace(
    /['"<>`\\{}()\s]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );
}

/**
 * A body as one line that begins with `<div>`: a CommonMark HTML block (type 6), in which no renderer sees Markdown.
 * Braces are written as references for the template engines; U+FFFC is dropped, because Hexo uses it for placeholders
 * of its own and crashes on a forged one.
 */
function inertBody(html: string): string {
  const line = html
    .replaceAll('\uFFFC', '')
    .replaceAll('{', '&#123;')
    .replaceAll('}', '&#125;')
    .split(/(<pre[ >][\s\S]*?<\/pre>)/)
    .map((part, i) => part.replace(/\r\n?|\n/g, i % 2 === 1 ? '&#10;' : ' '))
    .join('');
  return `<div>${line}</div>`;
}
