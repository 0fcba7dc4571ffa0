import type { Article, IdentifiedArticle } from '../article.ts';
import type { ParsedFeed, ParsedItem } from '../parse/parsed-feed.ts';
import type { Source } from '../sources/source.ts';
import { articleFromItem, feedContext } from './article-from-item.ts';
import { articleId, contentHash, type IdentityMode, identityMode } from './identity.ts';
import { datesOfItems } from './published.ts';

/**
 * The articles of one feed document, in its order, each identity once: when a document holds an item twice, the first
 * is taken, which publishers put the newest at. An item that says nothing is no article. Also the identity mode the source has from now on.
 */
export function articlesFromFeed(
  feed: ParsedFeed,
  options: { source: Source; feedUrl: string; identityMode: IdentityMode; now: number },
): { articles: IdentifiedArticle[]; identityMode: IdentityMode } {
  const { source, now } = options;
  const context = feedContext(feed, options);
  const items = feed.items.filter(saysSomething);
  const mode = identityMode(items, options.identityMode);
  const dates = datesOfItems(items, {
    now,
    ...(source.timezone !== undefined && { timezone: source.timezone }),
  });
  const articles = new Map<string, IdentifiedArticle>();
  items.forEach((item, index) => {
    const id = articleId(item, { sourceId: source.id, mode });
    const date = dates[index];
    if (articles.has(id) || date === undefined) return;
    const { article, pictures, simhash } = articleFromItem(item, { feed: context, id, dates: date });
    articles.set(id, {
      article,
      pictures,
      contentHash: hashOf(article),
      ...(simhash !== undefined && { simhash }),
      ...(item.id !== undefined && { guid: item.id }),
    });
  });
  return { articles: [...articles.values()], identityMode: mode };
}

/** A date or an id alone is nothing to read. */
function saysSomething({ title, link, summary, content, enclosures }: ParsedItem): boolean {
  return (
    [title, summary, content].some((text) => text?.value.trim()) ||
    link !== undefined ||
    enclosures.length > 0
  );
}

/** Everything a reader would notice; dates and the source's own name are not content. */
function hashOf(article: Article): string {
  const { title, link, authors, tags, contentHtml, headImage, summary, enclosures } = article;
  return contentHash([
    title,
    link ?? '',
    authors.join('\n'),
    tags.join('\n'),
    contentHtml,
    headImage ?? '',
    summary ?? '',
    enclosures.map(({ url }) => url).join('\n'),
  ]);
}
