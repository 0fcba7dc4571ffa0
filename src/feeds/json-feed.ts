import { type Article, articleUrn, proxiedBody, proxiedPicture } from '../article.ts';
import { authorsOf, type FeedDocument } from './feed-document.ts';

/**
 * Writes JSON Feed 1.1. The feed has no authors of its own, because readers add a feed's to those of each item; the
 * key `_source` names where an item comes from.
 */
export function toJsonFeed(feed: FeedDocument): string {
  return JSON.stringify({
    version: 'https://jsonfeed.org/version/1.1',
    title: feed.title,
    home_page_url: feed.pageUrl,
    feed_url: feed.selfUrl,
    items: feed.articles.map((article) => toItem(article, feed)),
  }).toWellFormed();
}

function toItem(article: Article, feed: FeedDocument): Record<string, unknown> {
  const source = feed.sources.get(article.sourceId);
  return {
    id: articleUrn(article.id),
    url: article.link,
    title: article.title,
    content_html: proxiedBody(article.contentHtml, feed.proxyOrigin),
    summary: article.summary,
    image: article.headImage && proxiedPicture(article.headImage, feed.proxyOrigin),
    date_published: new Date(article.published).toISOString(),
    date_modified: article.updated === undefined ? undefined : new Date(article.updated).toISOString(),
    authors: authorsOf(article).map((name) => ({ name })),
    tags: article.tags.length > 0 ? article.tags : undefined,
    language: article.language,
    attachments: article.enclosures.map(({ url, type, length }) => ({
      url,
      mime_type: type ?? 'application/octet-stream',
      size_in_bytes: length,
    })),
    _source: source && { title: source.title, url: source.url, categories: article.categories },
  };
}
