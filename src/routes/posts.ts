import { type Context, Hono } from 'hono';
import type { AppEnv } from '../app.ts';
import { toPost } from '../posts/post.ts';
import { type PostOptions, pictureAddress, readPostOptions } from '../posts/post-options.ts';
import { postPath } from '../posts/post-path.ts';
import { TAR_END, toTarEntry } from '../posts/tar.ts';
import { type IndexedPost, type PostCursor, PostStore, type StoredPost } from '../store/post-store.ts';

const POSTS_IN_AN_INDEX = 500;
/** Posts rendered between two reads by the client: so much of an archive is in memory. */
const POSTS_IN_A_PIECE = 25;

/** A post holds what strangers wrote: it must not run on our origin, whatever a browser makes of it. */
const POST_HEADERS = {
  'Cache-Control': 'public, max-age=300',
  'Access-Control-Allow-Origin': '*',
  'Content-Security-Policy': "default-src 'none'; sandbox",
  'X-Content-Type-Options': 'nosniff',
};

/**
 * Articles as front-matter posts, `/posts/<id>.md`; their index, `/posts.json`, page by page; and all of them in one
 * archive, `/posts.tar`. Each takes `profile`, `theme`, `timezone`, `images` and `layout`.
 */
export function postRoutes(): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();
  routes.get('/posts.json', (c) => withOptions(c, (options) => serveIndex(c, options)));
  routes.get('/posts.tar', (c) => withOptions(c, (options) => serveArchive(c, options)));
  routes.get('/posts/:file{[0-9a-f]{32}\\.md}', (c) => withOptions(c, (options) => servePost(c, options)));
  return routes;
}

async function withOptions(
  c: Context<AppEnv>,
  serve: (options: PostOptions) => Response | Promise<Response>,
): Promise<Response> {
  const result = readPostOptions(c.req.query());
  if (result.kind === 'options') return serve(result.options);
  return c.text(`${result.message}.\n`, 400, { 'Cache-Control': 'no-store' });
}

async function servePost(c: Context<AppEnv>, options: PostOptions): Promise<Response> {
  const post = await new PostStore(c.env.DB).find(c.req.param('file')?.slice(0, 32) ?? '');
  if (post === undefined) return c.notFound();
  return c.body(renderPost(post, options, c.var.origin), 200, {
    ...POST_HEADERS,
    'Content-Type': 'text/markdown; charset=utf-8',
  });
}

async function serveIndex(c: Context<AppEnv>, options: PostOptions): Promise<Response> {
  const query = new URL(c.req.url).searchParams;
  const [, published, id] = /^(\d{1,16})-([0-9a-f]{32})$/.exec(query.get('after') ?? '') ?? [];
  const after = id === undefined ? undefined : { published: Number(published), id };
  query.delete('after');
  const page = await new PostStore(c.env.DB).index(POSTS_IN_AN_INDEX, after);
  const posts = page.map((post) => toIndexEntry(post, options, c.var.origin, query));
  const last = page.length === POSTS_IN_AN_INDEX ? page.at(-1) : undefined;
  if (last !== undefined) query.set('after', `${last.published}-${last.id}`);
  return c.json({ posts, next: last && `${c.var.origin}/posts.json?${query}` }, 200, POST_HEADERS);
}

function toIndexEntry(post: IndexedPost, options: PostOptions, origin: string, query: URLSearchParams) {
  const { id, sourceTitle, publishedInferred, published, ...rest } = post;
  return {
    id,
    ...rest,
    source: sourceTitle,
    published: new Date(published).toISOString(),
    dateInferred: publishedInferred,
    path: postPath(post, options),
    url: `${origin}/posts/${id}.md${query.size > 0 ? `?${query}` : ''}`,
  };
}

/** Written piece by piece as it is read, so that memory does not grow with the number of posts. */
function serveArchive(c: Context<AppEnv>, options: PostOptions): Response {
  const store = new PostStore(c.env.DB);
  const { origin } = c.var;
  let after: PostCursor | undefined;
  const archive = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const posts = await store.page(POSTS_IN_A_PIECE, after);
      for (const post of posts) {
        const { article } = post;
        const path = postPath({ ...article, firstTitle: post.firstTitle }, options);
        controller.enqueue(toTarEntry(path, renderPost(post, options, origin), article.published));
      }
      after = posts.at(-1)?.article;
      if (posts.length === POSTS_IN_A_PIECE) return;
      controller.enqueue(TAR_END);
      controller.close();
    },
  });
  return c.body(archive, 200, { ...POST_HEADERS, 'Content-Type': 'application/x-tar' });
}

function renderPost(post: StoredPost, options: PostOptions, proxyOrigin: string): string {
  return toPost(post, { ...options, pictureUrl: pictureAddress(options, proxyOrigin) });
}
