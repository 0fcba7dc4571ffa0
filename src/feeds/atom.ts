import { type Article, articleUrn, proxiedBody, proxiedPicture } from '../article.ts';
import { authorsOf, type FeedDocument } from './feed-document.ts';
import { toXml } from './xml.ts';

/** Writes Atom 1.0 (RFC 4287) with Media RSS thumbnails. */
export function toAtom(feed: FeedDocument): string {
  return toXml({
    feed: {
      '@xmlns': 'http://www.w3.org/2005/Atom',
      '@xmlns:media': 'http://search.yahoo.com/mrss/',
      id: feed.selfUrl,
      title: feed.title,
      updated: new Date(feed.updated).toISOString(),
      generator: 'Tributary',
      link: [
        { '@rel': 'self', '@type': 'application/atom+xml', '@href': feed.selfUrl },
        { '@rel': 'alternate', '@type': 'text/html', '@href': feed.pageUrl },
      ],
      entry: feed.articles.map((article) => toEntry(article, feed)),
    },
  });
}

function toEntry(article: Article, feed: FeedDocument): Record<string, unknown> {
  const source = feed.sources.get(article.sourceId);
  const updated = new Date(article.updated ?? article.published).toISOString();
  return {
    '@xml:lang': article.language,
    id: articleUrn(article.id),
    title: { '@type': 'text', '#': article.title },
    published: new Date(article.published).toISOString(),
    updated,
    author: authorsOf(article).map((name) => ({ name })),
    link: [
      article.link && { '@rel': 'alternate', '@type': 'text/html', '@href': article.link },
      ...article.enclosures.map(({ url, type, length }) => ({
        '@rel': 'enclosure',
        '@href': url,
        '@type': type,
        '@length': length === undefined ? undefined : String(length),
      })),
    ].filter(Boolean),
    category: article.tags.map((term) => ({ '@term': term })),
    summary: article.summary && { '@type': 'text', '#': article.summary },
    // an entry needs a page or a content (RFC 4287, 4.1.2)
    content:
      article.contentHtml === '' && article.link !== undefined
        ? undefined
        : { '@type': 'html', '#': proxiedBody(article.contentHtml, feed.proxyOrigin) },
    'media:thumbnail': article.headImage && { '@url': proxiedPicture(article.headImage, feed.proxyOrigin) },
    source: source?.url && { id: source.url, title: source.title, updated },
  };
}
