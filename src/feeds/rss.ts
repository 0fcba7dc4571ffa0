import { type Article, articleUrn, type Enclosure, proxiedBody, proxiedPicture } from '../article.ts';
import { escapeText } from '../markup/escape.ts';
import { authorsOf, type FeedDocument, languageOf, linksOf } from './feed-document.ts';
import { cdata, element, elementWith, toXml } from './xml.ts';

/**
 * Writes RSS 2.0 with the Atom, Content, Dublin Core, Media RSS and feed history modules (RSS Advisory Board profile,
 * RFC 5005).
 */
export function toRss(feed: FeedDocument): string {
  return withPlainChannelTitle(
    toXml(
      {
        rss: {
          '@version': '2.0',
          '@xmlns:atom': 'http://www.w3.org/2005/Atom',
          '@xmlns:content': 'http://purl.org/rss/1.0/modules/content/',
          '@xmlns:dc': 'http://purl.org/dc/elements/1.1/',
          '@xmlns:media': 'http://search.yahoo.com/mrss/',
          '@xmlns:fh': feed.paging.isArchive ? 'http://purl.org/syndication/history/1.0' : undefined,
          channel: {
            title: feed.title,
            link: feed.pageUrl,
            description: feed.title,
            'atom:link': [
              { '@rel': 'self', '@type': 'application/rss+xml', '@href': feed.selfUrl },
              ...linksOf(feed).map(([rel, href]) => ({
                '@rel': rel,
                '@type': 'application/rss+xml',
                '@href': href,
              })),
            ],
            'fh:archive': feed.paging.isArchive ? '' : undefined,
            language: languageOf(feed),
            generator: 'Tributary',
            lastBuildDate: new Date(feed.updated).toUTCString(),
          },
        },
      },
      { text: feed.articles.map((article) => toItem(article, feed)).join(''), endTags: '</channel></rss>' },
    ),
  );
}

/**
 * Titles are plain text, but readers disagree on that; a literal `&` or `<` written as a hexadecimal reference is what
 * most of them show as it is (RSS Advisory Board profile, 2.1).
 */
export function withPlainTitles(rss: string): string {
  return rss.replace(/<title>[^<]*&[^<]*<\/title>/g, plainReferences);
}

/** The channel's title comes first; those of the items are written plain from the start. */
function withPlainChannelTitle(rss: string): string {
  return rss.replace(/<title>[^<]*<\/title>/, plainReferences);
}

function plainReferences(escaped: string): string {
  return escaped.replaceAll('&amp;', '&#x26;').replaceAll('&lt;', '&#x3C;');
}

function toItem(article: Article, feed: FeedDocument): string {
  const { title, link, id, published, tags, summary, contentHtml, language, enclosures } = article;
  const picture = article.headImage && proxiedPicture(article.headImage, feed.proxyOrigin);
  const source = feed.sources.get(article.sourceId);
  const [enclosure, ...others] = enclosures;
  return `<item><title>${plainReferences(escapeText(title))}</title>${element('link', link)}${
    elementWith('guid', { isPermaLink: 'false' }, articleUrn(id)) +
    element('pubDate', new Date(published).toUTCString()) +
    authorsOf(article)
      .map((name) => element('dc:creator', name))
      .join('') +
    element('dc:language', language) +
    tags.map((tag) => element('category', tag)).join('') +
    // readers take a description for markup
    element('description', escapeText(summary ?? title))
  }${contentHtml === '' ? '' : `<content:encoded>${cdata(proxiedBody(contentHtml, feed.proxyOrigin))}</content:encoded>`}${
    // readers expect one enclosure; the others are media of the same item
    (enclosure === undefined ? '' : toEnclosure(enclosure)) +
    others.map(toMediaContent).join('') +
    (picture === undefined ? '' : elementWith('media:thumbnail', { url: picture })) +
    (source?.url === undefined ? '' : elementWith('source', { url: source.url }, source.title))
  }</item>`;
}

function toEnclosure({ url, type, length }: Enclosure): string {
  return elementWith('enclosure', {
    url,
    length: String(length ?? 0),
    type: type ?? 'application/octet-stream',
  });
}

function toMediaContent({ url, type, length }: Enclosure): string {
  return elementWith('media:content', {
    url,
    type,
    fileSize: length === undefined ? undefined : String(length),
  });
}
