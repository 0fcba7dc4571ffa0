import type { Article } from '../article.ts';
import { postAuthor } from '../sources/source.ts';
import type { SourceEntry } from '../sources/source-list.ts';

/** An article as it lies in D1, with what it takes from its source. */
export interface ArticleRow {
  id: string;
  source_id: string;
  published: number;
  title: string;
  link: string | null;
  front: string;
  content_html: string;
  /** Of the source: what articles take from it follows it when its owner changes it. */
  url: string;
  entry: string;
  feed_title: string | null;
}

export function fromRow(row: ArticleRow): Article {
  const source: SourceEntry = { url: row.url, ...JSON.parse(row.entry) };
  const front = JSON.parse(row.front);
  return {
    id: row.id,
    sourceId: row.source_id,
    title: row.title,
    published: row.published,
    contentHtml: row.content_html,
    categories: source.categories,
    author: postAuthor(source, front.authors, row.feed_title ?? undefined),
    ...(row.link !== null && { link: row.link }),
    ...front,
  };
}
