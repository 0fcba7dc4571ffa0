import { createHash } from 'node:crypto';
import type { Article } from '../article.ts';
import type { PostSelection } from '../posts/post-selection.ts';
import { sourceTitle } from '../sources/source.ts';
import type { SourceEntry } from '../sources/source-list.ts';
import { type ArticleRow, fromRow } from './article-row.ts';

/** What an index of posts tells of one: enough to know where its file lies and whether a copy is the current one. */
export interface IndexedPost {
  id: string;
  title: string;
  /** The title the article was first seen with. */
  firstTitle: string;
  categories: readonly string[];
  sourceTitle: string;
  link?: string;
  guid?: string;
  /** Milliseconds since 1970. */
  published: number;
  /** Whether `published` is when we first saw the item. */
  publishedInferred: boolean;
  /** Differs when the article differs, whatever its source is called and where it stands. */
  contentHash: string;
  /** Differs when anything differs that a post is made from. */
  hash: string;
}

/** An article with what else its post is made from. */
export interface StoredPost {
  article: Article;
  sourceTitle: string;
  firstTitle: string;
  /** Differs when the article differs, whatever its source is called and where it stands. */
  contentHash: string;
  /** Differs when anything differs that a post is made from. */
  hash: string;
}

/** The last post of a page, behind which the next one begins. */
export interface PostCursor {
  published: number;
  id: string;
}

/** What a whole post is read from: articles and their sources. */
export const POST_COLUMNS = `articles.id, source_id, articles.published, title, link, front, content_html, url, entry, feed_title,
  first_title, content_hash`;

/** The articles in D1 as posts, newest first. */
export class PostStore {
  readonly #db: D1Database;

  constructor(db: D1Database) {
    this.#db = db;
  }

  /** What there is to publish, without the bodies, `limit` at a time. */
  async index(selection: PostSelection, limit: number, after?: PostCursor): Promise<IndexedPost[]> {
    const { results } = await this.#db
      .prepare(
        `SELECT articles.id, title, first_title, articles.published, front ->> 'publishedInferred' AS inferred,
           link, guid, content_hash, url, entry, feed_title
         FROM articles JOIN sources ON sources.id = source_id ${newestFirst(selection)}`,
      )
      .bind(limit, ...bindCursor(after), ...bindSelection(selection))
      .all<IndexRow>();
    return results.map(toIndexedPost);
  }

  /** Whole posts, `limit` at a time. */
  async page(selection: PostSelection, limit: number, after?: PostCursor): Promise<StoredPost[]> {
    const { results } = await this.#db
      .prepare(
        `SELECT ${POST_COLUMNS} FROM articles JOIN sources ON sources.id = source_id ${newestFirst(selection)}`,
      )
      .bind(limit, ...bindCursor(after), ...bindSelection(selection))
      .all<PostRow>();
    return results.map(toStoredPost);
  }

  async find(id: string): Promise<StoredPost | undefined> {
    const row = await this.#db
      .prepare(
        `SELECT ${POST_COLUMNS} FROM articles JOIN sources ON sources.id = source_id WHERE articles.id = ?1`,
      )
      .bind(id)
      .first<PostRow>();
    return row === null ? undefined : toStoredPost(row);
  }
}

interface IndexRow extends PostRow {
  inferred: number;
  guid: string | null;
}

function toIndexedPost(row: IndexRow): IndexedPost {
  return {
    id: row.id,
    title: row.title,
    firstTitle: row.first_title,
    categories: entryOf(row).categories,
    sourceTitle: titleOf(row),
    ...(row.link !== null && { link: row.link }),
    ...(row.guid !== null && { guid: row.guid }),
    published: row.published,
    publishedInferred: row.inferred === 1,
    contentHash: row.content_hash,
    hash: hashOf(row),
  };
}

export interface PostRow extends ArticleRow {
  first_title: string;
  content_hash: string;
}

export function toStoredPost(row: PostRow): StoredPost {
  return {
    article: fromRow(row),
    sourceTitle: titleOf(row),
    firstTitle: row.first_title,
    contentHash: row.content_hash,
    hash: hashOf(row),
  };
}

/** An article follows its source, which its content hash does not know. */
function hashOf(row: PostRow): string {
  const { categories, author } = entryOf(row);
  const parts = [row.content_hash, categories, author, titleOf(row)];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
}

function newestFirst({ since, category }: PostSelection): string {
  return `WHERE (articles.published < ?2 OR (articles.published = ?2 AND articles.id > ?3))
    ${since === undefined && category === undefined ? '' : 'AND articles.published >= ?4'}
    ${category === undefined ? '' : `AND source_id IN (${SOURCES_OF_CATEGORY})`}
    ORDER BY articles.published DESC, articles.id LIMIT ?1`;
}

/** ["a","b"] and what lies below it: the JSON without its closing bracket is the prefix of its descendants'. */
const SOURCES_OF_CATEGORY = `SELECT id FROM sources WHERE categories = ?5
  OR substr(categories, 1, length(?5)) = substr(?5, 1, length(?5) - 1) || ','`;

function bindSelection({ since, category }: PostSelection): (number | string)[] {
  const earliest = since ?? Number.MIN_SAFE_INTEGER;
  if (category !== undefined) return [earliest, JSON.stringify(category)];
  return since === undefined ? [] : [earliest];
}

function bindCursor(after: PostCursor | undefined): [number, string] {
  return [after?.published ?? Number.MAX_SAFE_INTEGER, after?.id ?? ''];
}

function titleOf(row: ArticleRow): string {
  return sourceTitle(entryOf(row), row.feed_title ?? undefined);
}

function entryOf(row: ArticleRow): SourceEntry {
  return { url: row.url, ...JSON.parse(row.entry) };
}
