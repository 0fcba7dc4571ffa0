import { type Article, articleUrn, proxiedPicture } from '../article.ts';
import { authorsOf, bodyOf, type FeedDocument, languageOf } from './feed-document.ts';
import { toUri } from './uri.ts';

/**
 * Writes JSON Feed 1.1. The feed has no authors of its own, because readers add a feed's to those of each item; the
 * key `_source` names where an item comes from, `_seen_in` where else it was found.
 */
export function toJsonFeed(feed: FeedDocument): string {
  const document = {
    version: 'https://jsonfeed.org/version/1.1',
    title: feed.title,
    home_page_url: feed.pageUrl,
    feed_url: feed.selfUrl,
    next_url: feed.paging.next,
    favicon: `${feed.proxyOrigin}/favicon.ico`,
    language: languageOf(feed),
    hubs: feed.hub === undefined ? undefined : [{ type: 'WebSub', url: feed.hub }],
    items: feed.articles.map((article) => toItem(article, feed)),
  };
  const text = JSON.stringify(document);
  // half a surrogate pair is written as an escape, which strict readers refuse
  return text.includes('\\ud') ? JSON.stringify(document, (_, value) => wellFormed(value)) : text;
}

function wellFormed(value: unknown): unknown {
  return typeof value === 'string' ? value.toWellFormed() : value;
}

function toItem(article: Article, feed: FeedDocument): Record<string, unknown> {
  const source = feed.sources.get(article.sourceId);
  const hasBody = article.contentHtml !== '';
  return {
    id: articleUrn(article.id),
    url: article.link && toUri(article.link),
    title: article.title,
    // an item has one of the two
    content_html: hasBody ? bodyOf(article, feed) : undefined,
    content_text: hasBody ? undefined : (article.summary ?? article.title),
    summary: article.summary,
    image: article.headImage && toUri(proxiedPicture(article.headImage, feed.proxyOrigin)),
    date_published: new Date(article.published).toISOString(),
    date_modified: article.updated === undefined ? undefined : new Date(article.updated).toISOString(),
    authors: authorsOf(article).map((name) => ({ name })),
    tags: article.tags.length > 0 ? article.tags : undefined,
    language: article.language,
    attachments:
      article.enclosures.length === 0
        ? undefined
        : article.enclosures.map(({ url, type, length }) => ({
            url: toUri(url),
            mime_type: type ?? 'application/octet-stream',
            size_in_bytes: length,
          })),
    _seen_in: feed.copies.get(article.id),
    _source: source && {
      title: source.title,
      url: source.url,
      home_page_url: source.pageUrl,
      categories: article.categories,
    },
  };
}
