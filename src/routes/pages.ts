import { type Context, Hono } from 'hono';
import type { AppEnv } from '../app.ts';
import { articlePage } from '../pages/article-page.ts';
import { ICON } from '../pages/icon.ts';
import type { AnnouncedFeed, Html } from '../pages/page.ts';
import { riverPage } from '../pages/river.ts';
import { STYLE } from '../pages/style.ts';
import { type FeedScope, feedTitle, parseScopedPath, scopeFolder } from '../sources/feed-scope.ts';
import { type FollowedSource, sourceTitle } from '../sources/source.ts';
import { filtersOfView, type ViewEntry } from '../sources/view-entry.ts';
import { FilterTooCostly, type ReadArticles } from './pick-articles.ts';
import { type ShownArticles, type ShownFrom, shownArticles } from './shown-articles.ts';
import { sourcesInScope } from './sources-in-scope.ts';

const ARTICLES_ON_A_PAGE = 60;

const NOT_STORED = { 'Cache-Control': 'no-store' };

/** Nothing of a page may run, and pictures come through our proxy; frames are those the body cleaner lets pass. */
const PAGE_HEADERS = {
  'Cache-Control': 'public, max-age=60',
  'Content-Security-Policy':
    "default-src 'none'; img-src 'self' data:; media-src http: https:; frame-src https:; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
};

/** The pages for people: the river of everything, of a category, of a source, and single articles. */
export function pageRoutes(): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();
  routes.get('/', serveRiver);
  routes.get('/categories/*', serveRiver);
  routes.get('/sources/*', serveRiver);
  routes.get('/tags/*', serveRiver);
  routes.get('/views/*', serveRiver);
  routes.get('/articles/:id', serveArticle);
  routes.get('/style.css', (c) =>
    c.body(STYLE, 200, {
      'Content-Type': 'text/css; charset=utf-8',
      'Cache-Control': 'public, max-age=3600',
    }),
  );
  routes.get('/favicon.ico', (c) =>
    c.body(ICON, 200, { 'Content-Type': 'image/svg+xml', 'Cache-Control': 'public, max-age=86400' }),
  );
  return routes;
}

async function serveRiver(c: Context<AppEnv>): Promise<Response> {
  const { pathname } = new URL(c.req.url);
  if (!pathname.endsWith('/')) {
    c.header('Cache-Control', PAGE_HEADERS['Cache-Control']);
    return c.redirect(`${pathname}/`, 301);
  }
  const scope = parseScopedPath(pathname)?.scope;
  if (scope === undefined) return c.notFound();
  const view = scope.kind === 'view' ? await c.var.views.find(scope.name) : undefined;
  const linked = c.var.sources.all().then(linksTo);
  const [sources, shown, onPage] = await Promise.all([
    linked,
    sourcesInScope(c, scope),
    articlesOn(c, scope, view?.entry, linked),
  ]);
  if (!shown || (shown.length === 0 && scope.kind !== 'all' && scope.kind !== 'view'))
    return answerAbsent(c, scope);
  if (onPage instanceof FilterTooCostly) return c.text(`${onPage.message}\n`, 503, NOT_STORED);
  const { articles, copies } = onPage;
  const { siteTitle, timezone } = c.var.config;
  return send(
    c,
    riverPage({
      title: feedTitle(scope, sources, siteTitle, view?.entry.title),
      siteTitle,
      articles,
      copies,
      sources,
      paths: pathsBelow(scope, shown),
      feeds: announcedFeeds(scope),
      timezone,
    }),
  );
}

/** A page moves with its feeds, and goes with them. */
async function answerAbsent(c: Context<AppEnv>, scope: FeedScope): Promise<Response> {
  const state = await c.var.articles.state(scope);
  if (state.kind !== 'gone') return c.notFound();
  if (state.movedTo === undefined) return c.text('This page was removed.\n', 410, NOT_STORED);
  c.header('Cache-Control', PAGE_HEADERS['Cache-Control']);
  return c.redirect(scopeFolder(state.movedTo), 301);
}

/** The newest articles; of a view those that its feeds show, or that its filters have come to cost too much. */
async function articlesOn(
  c: Context<AppEnv>,
  scope: FeedScope,
  view: ViewEntry | undefined,
  linked: Promise<ShownFrom['sources']>,
): Promise<Pick<ShownArticles, 'articles' | 'copies'> | FilterTooCostly> {
  const read: ReadArticles = (limit, behind) => c.var.articles.latest(scope, limit, behind);
  if (view === undefined) return { articles: await read(ARTICLES_ON_A_PAGE, undefined), copies: new Map() };
  const now = Date.now();
  const request = { scope, query: { filters: filtersOfView(view) } };
  try {
    const from = { read, sources: await linked, now, seenBy: now };
    const { articles, copies } = await shownArticles(c, request, from);
    return { articles: articles.slice(0, ARTICLES_ON_A_PAGE), copies };
  } catch (error) {
    if (error instanceof FilterTooCostly) return error;
    throw error;
  }
}

async function serveArticle(c: Context<AppEnv>): Promise<Response> {
  const article = await c.var.articles.find(c.req.param('id') ?? '');
  const followed = article && (await c.var.sources.find(article.sourceId));
  if (article === undefined || followed === undefined) return c.notFound();
  const { siteTitle, timezone } = c.var.config;
  const feeds = announcedFeeds({ kind: 'all' });
  return send(c, articlePage(article, { siteTitle, timezone, feeds, source: linkTo(followed) }));
}

async function send(c: Context<AppEnv>, content: Html): Promise<Response> {
  return c.html(await content, 200, PAGE_HEADERS);
}

function announcedFeeds(scope: FeedScope): AnnouncedFeed[] {
  const folder = scopeFolder(scope);
  return [
    { title: 'RSS', type: 'application/rss+xml', href: `${folder}feed.xml` },
    { title: 'Atom', type: 'application/atom+xml', href: `${folder}atom.xml` },
    { title: 'JSON Feed', type: 'application/feed+json', href: `${folder}feed.json` },
  ];
}

function linksTo(followed: readonly FollowedSource[]): ReadonlyMap<string, ReturnType<typeof linkTo>> {
  return new Map(followed.map((each) => [each.source.id, linkTo(each)]));
}

function linkTo({ source, state }: FollowedSource): { title: string; href: string } {
  return {
    title: sourceTitle(source, state.feedTitle),
    href: scopeFolder({ kind: 'source', id: source.id }),
  };
}

/** The categories one level below. */
function pathsBelow(scope: FeedScope, shown: readonly FollowedSource[]): { title: string; href: string }[] {
  if (scope.kind !== 'all' && scope.kind !== 'category') return [];
  const above = scope.kind === 'category' ? scope.path : [];
  const titles = new Set(shown.flatMap(({ source }) => source.categories[above.length] ?? []));
  return [...titles].map((title) => ({
    title,
    href: scopeFolder({ kind: 'category', path: [...above, title] }),
  }));
}
