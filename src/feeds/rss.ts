import { type Article, articleUrn, proxiedBody, proxiedPicture } from '../article.ts';
import { escapeText } from '../markup/escape.ts';
import { authorsOf, type FeedDocument } from './feed-document.ts';
import { toXml } from './xml.ts';

/** Writes RSS 2.0 with the Atom, Content, Dublin Core and Media RSS modules (RSS Advisory Board profile). */
export function toRss(feed: FeedDocument): string {
  return withPlainTitles(
    toXml({
      rss: {
        '@version': '2.0',
        '@xmlns:atom': 'http://www.w3.org/2005/Atom',
        '@xmlns:content': 'http://purl.org/rss/1.0/modules/content/',
        '@xmlns:dc': 'http://purl.org/dc/elements/1.1/',
        '@xmlns:media': 'http://search.yahoo.com/mrss/',
        channel: {
          title: feed.title,
          link: feed.pageUrl,
          description: feed.title,
          'atom:link': { '@rel': 'self', '@type': 'application/rss+xml', '@href': feed.selfUrl },
          generator: 'Tributary',
          lastBuildDate: new Date(feed.updated).toUTCString(),
          item: feed.articles.map((article) => toItem(article, feed)),
        },
      },
    }),
  );
}

/**
 * Titles are plain text, but readers disagree on that; a literal `&` or `<` written as a hexadecimal reference is what
 * most of them show as it is (RSS Advisory Board profile, 2.1).
 */
export function withPlainTitles(rss: string): string {
  return rss.replace(/<title>[^<]*&[^<]*<\/title>/g, (title) =>
    title.replaceAll('&amp;', '&#x26;').replaceAll('&lt;', '&#x3C;'),
  );
}

function toItem(article: Article, feed: FeedDocument): Record<string, unknown> {
  const source = feed.sources.get(article.sourceId);
  const enclosure = article.enclosures[0];
  const picture = article.headImage && proxiedPicture(article.headImage, feed.proxyOrigin);
  return {
    title: article.title,
    link: article.link,
    guid: { '@isPermaLink': 'false', '#': articleUrn(article.id) },
    pubDate: new Date(article.published).toUTCString(),
    'dc:creator': authorsOf(article),
    category: [...article.tags],
    // readers take a description for markup
    description: escapeText(article.summary ?? article.title),
    'content:encoded': proxiedBody(article.contentHtml, feed.proxyOrigin) || undefined,
    enclosure: enclosure && {
      '@url': enclosure.url,
      '@length': String(enclosure.length ?? 0),
      '@type': enclosure.type ?? 'application/octet-stream',
    },
    'media:thumbnail': picture && { '@url': picture },
    source: source?.url && { '@url': source.url, '#': source.title },
  };
}
