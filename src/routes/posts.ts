import { createHash } from 'node:crypto';
import { type Context, Hono } from 'hono';
import type { AppEnv } from '../app.ts';
import { POST_WRITING, toPost } from '../posts/post.ts';
import { type PostOptions, pictureAddress, readPostOptions, wantsOwnProfile } from '../posts/post-options.ts';
import { postPath } from '../posts/post-path.ts';
import { readPostSelection } from '../posts/post-selection.ts';
import { TAR_END, toTarEntry } from '../posts/tar.ts';
import { type IndexedPost, type PostCursor, PostStore, type StoredPost } from '../store/post-store.ts';
import { matchesEtag } from './if-none-match.ts';

const POSTS_IN_AN_INDEX = 500;
/** What says how posts are wanted, not which. */
const POST_PARAMETERS = ['profile', 'theme', 'timezone', 'images', 'layout'];
/** Posts rendered between two reads by the client: so much of an archive is in memory. */
const POSTS_IN_A_PIECE = 25;

/** A post holds what strangers wrote: it must not run on our origin, whatever a browser makes of it. */
const POST_HEADERS = {
  'Cache-Control': 'public, max-age=300',
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Expose-Headers': 'ETag, Link',
  'Content-Security-Policy': "default-src 'none'; sandbox",
  'X-Content-Type-Options': 'nosniff',
};

/**
 * Articles as front-matter posts, `/posts/<id>.md`; their index, `/posts.json`, page by page; and all of them in one
 * archive, `/posts.tar`. Each takes `profile`, `theme`, `timezone`, `images` and `layout`; index and archive `since` and
 * `category`, the index `limit`.
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
  const wanted = c.req.query();
  const own = wantsOwnProfile(wanted) ? await c.var.sources.ownProfiles() : {};
  const result = readPostOptions(wanted, own);
  return result.kind === 'options' ? serve(result.options) : refuse(c, result.message);
}

async function servePost(c: Context<AppEnv>, options: PostOptions): Promise<Response> {
  const post = await new PostStore(c.env.DB).find(c.req.param('file')?.slice(0, 32) ?? '');
  if (post === undefined) return c.notFound();
  const headers = { ...POST_HEADERS, ETag: `"${versionOf(post, options, c.var.origin)}"` };
  if (isCurrent(c, headers.ETag)) return c.body(null, 304, headers);
  return c.body(renderPost(post, options, c.var.origin), 200, {
    ...headers,
    'Content-Type': 'text/markdown; charset=utf-8',
  });
}

async function serveIndex(c: Context<AppEnv>, options: PostOptions): Promise<Response> {
  const query = new URL(c.req.url).searchParams;
  const selected = readPostSelection(c.req.query());
  if (selected.kind === 'wrong') return refuse(c, selected.message);
  const limit = Number(query.get('limit') ?? POSTS_IN_AN_INDEX);
  if (!Number.isInteger(limit) || limit < 1 || limit > POSTS_IN_AN_INDEX)
    return refuse(c, `limit is a number from 1 to ${POSTS_IN_AN_INDEX}, not "${query.get('limit')}"`);
  const [, published, id] = /^(-?\d{1,16})-([0-9a-f]{32})$/.exec(query.get('after') ?? '') ?? [];
  if (query.has('after') && id === undefined)
    return refuse(c, 'after is what stands in the address of `next`');
  const after = id === undefined ? undefined : { published: Number(published), id };

  // one more tells whether there is a next page
  const page = await new PostStore(c.env.DB).index(selected.selection, limit + 1, after);
  const posts = page.slice(0, limit);
  const last = page.length > limit ? posts.at(-1) : undefined;
  if (last !== undefined) query.set('after', `${last.published}-${last.id}`);
  const next = last && `${c.var.origin}/posts.json?${query}`;
  const entries = posts.map((post) => toIndexEntry(post, options, c.var.origin, postQuery(query)));
  const json = JSON.stringify({ posts: entries, next });
  const ETag = `"${createHash('sha256').update(json).digest('hex').slice(0, 32)}"`;
  const headers = { ...POST_HEADERS, ETag, ...(next !== undefined && { Link: `<${next}>; rel="next"` }) };
  if (isCurrent(c, ETag)) return c.body(null, 304, headers);
  return c.body(json, 200, { ...headers, 'Content-Type': 'application/json' });
}

/** The part of an index's query that says how posts are wanted. */
function postQuery(query: URLSearchParams): string {
  const wanted = [...query].filter(([name]) => POST_PARAMETERS.includes(name));
  return wanted.length === 0 ? '' : `?${new URLSearchParams(wanted)}`;
}

function toIndexEntry(post: IndexedPost, options: PostOptions, origin: string, query: string) {
  const { id, sourceTitle, publishedInferred, published, ...rest } = post;
  return {
    id,
    ...rest,
    source: sourceTitle,
    published: new Date(published).toISOString(),
    dateInferred: publishedInferred,
    hash: versionOf(post, options, origin),
    path: postPath(post, options),
    url: `${origin}/posts/${id}.md${query}`,
  };
}

/** Differs when the text of the post differs: by what it is made from, or by how it is written. */
function versionOf({ hash }: { hash: string }, options: PostOptions, origin: string): string {
  const parts = [hash, POST_WRITING, options, options.images === 'proxy' && origin];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
}

/** Written piece by piece as it is read, so that memory does not grow with the number of posts. */
function serveArchive(c: Context<AppEnv>, options: PostOptions): Response {
  const selected = readPostSelection(c.req.query());
  if (selected.kind === 'wrong') return refuse(c, selected.message);
  const store = new PostStore(c.env.DB);
  const { origin } = c.var;
  let after: PostCursor | undefined;
  const archive = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const posts = await store.page(selected.selection, POSTS_IN_A_PIECE, after);
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

function isCurrent(c: Context<AppEnv>, etag: string): boolean {
  const ifNoneMatch = c.req.header('If-None-Match');
  return ifNoneMatch !== undefined && matchesEtag(ifNoneMatch, etag);
}

function refuse(c: Context<AppEnv>, message: string): Response {
  return c.text(`${message}.\n`, 400, { 'Cache-Control': 'no-store' });
}
