import { IMAGE_MARK } from '../article.ts';

/** Ways to choose a Referer, as the image proxy tells them. */
export type RefererKind = 'table' | 'page' | 'none' | 'origin';

export interface PictureHost {
  page?: string;
  referer?: RefererKind;
}

/** Which pictures our articles show, and how their hosts want to be asked, in D1. */
export class PictureStore {
  readonly #db: D1Database;

  constructor(db: D1Database) {
    this.#db = db;
  }

  /**
   * What is known of a picture's host, when our articles show pictures of it: the page most likely to be one the
   * picture is on, and the kind of Referer that worked.
   */
  async host(picture: URL): Promise<PictureHost | undefined> {
    const { results } = await this.#db
      .prepare(
        `SELECT page, referer FROM picture_pages LEFT JOIN picture_referers USING (host) WHERE host = ?1 LIMIT 50`,
      )
      .bind(picture.host)
      .all<{ page: string | null; referer: RefererKind | null }>();
    const [first] = results;
    if (first === undefined) return undefined;
    const page = nearestPage(
      picture.href,
      results.flatMap((row) => row.page ?? []),
    );
    return { ...(page !== undefined && { page }), ...(first.referer !== null && { referer: first.referer }) };
  }

  /**
   * Whether one of the fifty newest articles of a source shows this very picture. It reads as many rows for each source
   * that shows pictures of the host, of twenty such sources at most.
   */
  async isShown({ host, href }: URL): Promise<boolean> {
    const { results } = await this.#db
      .prepare(
        `SELECT 1 FROM (SELECT source_id FROM picture_pages WHERE host = ?1 LIMIT 20) AS showing
         WHERE EXISTS (SELECT 1 FROM (
           SELECT content_html, front FROM articles WHERE articles.source_id = showing.source_id
           ORDER BY published DESC LIMIT 50
         ) WHERE instr(content_html, ?2 || '"') OR instr(content_html, ?2 || ' ') OR instr(content_html, ?2 || ',')
           OR instr(front, ?3)) LIMIT 1`,
      )
      .bind(host, IMAGE_MARK + href.replaceAll('&', '&amp;'), JSON.stringify(href))
      .all();
    return results.length > 0;
  }

  /** Keeps which kind of Referer worked for a host. */
  async rememberReferer(host: string, referer: RefererKind): Promise<void> {
    await this.#db
      .prepare(
        `INSERT INTO picture_referers (host, referer) VALUES (?1, ?2)
         ON CONFLICT (host) DO UPDATE SET referer = excluded.referer`,
      )
      .bind(host, referer)
      .run();
  }
}

/**
 * The page whose address is alike for longest: where several sites share a host, a picture lies near the pages of its
 * own.
 */
function nearestPage(picture: string, pages: readonly string[]): string | undefined {
  const alike = (page: string) => {
    let length = 0;
    while (length < page.length && page[length] === picture[length]) length++;
    return length;
  };
  return pages.toSorted((a, b) => alike(b) - alike(a))[0];
}
