import { type Context, Hono } from 'hono';
import type { AppEnv } from '../app.ts';
import { toPost } from '../posts/post.ts';
import type { IndexedArticle } from '../store/article-store.ts';

const POSTS_IN_AN_INDEX = 500;

/** A post holds what strangers wrote: it must not run on our origin, whatever a browser makes of it. */
const POST_HEADERS = {
  'Cache-Control': 'public, max-age=300',
  'Access-Control-Allow-Origin': '*',
  'Content-Security-Policy': "default-src 'none'; sandbox",
  'X-Content-Type-Options': 'nosniff',
};

/** Articles as front-matter posts, `/posts/<id>.md`, and their index, `/posts.json`, page by page. */
export function postRoutes(): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();
  routes.get('/posts.json', serveIndex);
  routes.get('/posts/:file{[0-9a-f]{32}\\.md}', servePost);
  return routes;
}

async function servePost(c: Context<AppEnv>): Promise<Response> {
  const article = await c.var.articles.find(c.req.param('file')?.slice(0, 32) ?? '');
  if (article === undefined) return c.notFound();
  return c.body(toPost(article, { proxyOrigin: c.var.origin }), 200, {
    ...POST_HEADERS,
    'Content-Type': 'text/markdown; charset=utf-8',
  });
}

async function serveIndex(c: Context<AppEnv>): Promise<Response> {
  const [, published, id] = /^(\d{1,16})-([0-9a-f]{32})$/.exec(c.req.query('after') ?? '') ?? [];
  const after = id === undefined ? undefined : { published: Number(published), id };
  const page = await c.var.articles.index(POSTS_IN_AN_INDEX, after);
  const last = page.length === POSTS_IN_AN_INDEX ? page.at(-1) : undefined;
  const posts = page.map((article) => toIndexEntry(article, c.var.origin));
  return c.json(
    { posts, next: last && `${c.var.origin}/posts.json?after=${last.published}-${last.id}` },
    200,
    POST_HEADERS,
  );
}

function toIndexEntry({ id, title, published, contentHash }: IndexedArticle, origin: string) {
  return {
    id,
    title,
    published: new Date(published).toISOString(),
    hash: contentHash,
    url: `${origin}/posts/${id}.md`,
  };
}
