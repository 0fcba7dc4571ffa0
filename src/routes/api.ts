import { type Context, Hono, type MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { timingSafeEqual } from 'hono/utils/buffer';
import type { AppEnv } from '../app.ts';
import { wasJustAsked } from '../jobs/manual-refresh.ts';
import { scheduleDue } from '../jobs/schedule.ts';
import { checkOwnProfile, type OwnProfile } from '../posts/own-profile.ts';
import { parseOpml, toOpml } from '../sources/opml.ts';
import { type FollowedSource, type PollState, sourceId } from '../sources/source.ts';
import { checkInstances, checkSourceEntry } from '../sources/source-entry.ts';
import type { SourceEntry, SourceList } from '../sources/source-list.ts';
import { checkViews, writtenViews } from '../sources/view-entry.ts';
import { RetentionStore } from '../store/retention-store.ts';
import type { ArticleStatistics, ImportCounts } from '../store/source-store.ts';
import { unknownSources } from '../store/view-store.ts';
import { noJsonObject, readJsonObject } from './json-body.ts';
import { OPEN_API } from './openapi.ts';
import { problem } from './problem.ts';
import { viewsApi } from './views-api.ts';

/** A list of some ten thousand sources. */
const MAX_BODY_BYTES = 4_000_000;

/** The owner's calls, under `/api/`, and their description, which anybody may read. */
export function apiRoutes(): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();
  routes.get('/api/openapi.json', (c) => c.json(OPEN_API, 200, { 'Cache-Control': 'public, max-age=3600' }));
  routes.use('/api/*', ownerOnly, bodyLimit({ maxSize: MAX_BODY_BYTES, onError: tooLarge }));
  routes.get('/api/sources', listSources);
  routes.post('/api/sources', addOrImport);
  routes.get('/api/sources/:id', showSource);
  routes.patch('/api/sources/:id', changeSource);
  routes.delete('/api/sources/:id', removeSource);
  routes.delete('/api/articles/:id', removeArticle);
  routes.delete('/api/sources/:id/proposal', refuseProposal);
  routes.post('/api/sources/:id/refresh', (c) => refreshNow(c, c.req.param('id')));
  routes.post('/api/refresh', (c) => refreshNow(c));
  routes.route('/api/views', viewsApi());
  routes.get('/api/opml', exportOpml);
  routes.post('/api/opml', importOpml);
  return routes;
}

const ownerOnly: MiddlewareHandler<AppEnv> = async (c, next) => {
  const { adminToken } = c.var.config;
  if (adminToken === undefined) {
    return problem(c, 403, 'The owner’s calls are closed', 'Set the secret ADMIN_TOKEN to open them.');
  }
  const given = /^Bearer +(\S+)$/i.exec(c.req.header('Authorization') ?? '')?.[1] ?? '';
  if (!(await timingSafeEqual(given, adminToken))) {
    c.header('WWW-Authenticate', 'Bearer realm="Tributary"');
    return problem(
      c,
      401,
      'This needs the owner’s token',
      'Send it as `Authorization: Bearer <ADMIN_TOKEN>`.',
    );
  }
  await next();
  c.header('Cache-Control', 'no-store');
};

async function listSources(c: Context<AppEnv>): Promise<Response> {
  const [followed, statistics, rsshub, profiles, views] = await Promise.all([
    c.var.sources.all(),
    c.var.sources.articleStatistics(Date.now()),
    c.var.sources.rsshubInstances(),
    c.var.sources.ownProfiles(),
    c.var.views.all(),
  ]);
  const sources = followed.map((each) => describe(each, statistics.get(each.source.id)));
  return c.json({ rsshub, sources, profiles, views: writtenViews(views) });
}

async function showSource(c: Context<AppEnv>): Promise<Response> {
  const followed = await c.var.sources.find(c.req.param('id') ?? '');
  if (followed === undefined) return noSuchSource(c);
  const statistics = await c.var.sources.articleStatistics(Date.now(), followed.source.id);
  return c.json(describe(followed, statistics.get(followed.source.id)));
}

/** A source as the owner sees it: what he wrote down, and how polling it goes. */
function describe(
  { source, state }: FollowedSource,
  statistics: ArticleStatistics | undefined,
): Record<string, unknown> {
  const iso = (time: number | undefined) => (time === undefined ? undefined : new Date(time).toISOString());
  const { failure } = state;
  return {
    ...source,
    state: stateWord(state),
    articles: statistics?.articles ?? 0,
    newestItemAt: iso(statistics?.newest),
    itemsPerDay: statistics?.perDay ?? 0,
    feedTitle: state.feedTitle,
    lastCheckedAt: iso(state.lastCheckedAt),
    lastSuccessAt: iso(state.lastSuccessAt),
    nextCheckAt: iso(state.nextCheckAt),
    consecutiveFailures: state.consecutiveFailures,
    failure: failure && {
      ...failure,
      at: iso(failure.at),
      since: iso(failure.since),
      lookAgainAt: iso(failure.lookAgainAt),
    },
    brokenSince: iso(state.brokenSince),
    repairs: state.repairs,
  };
}

/** `paused` is a source whose publisher says that nothing will ever be added. */
function stateWord({ failure, lastSuccessAt, nextCheckAt }: PollState): string {
  if (failure !== undefined) return 'failing';
  if (nextCheckAt === undefined) return 'paused';
  return lastSuccessAt === undefined ? 'waiting' : 'ok';
}

/** Takes one source, `{"url": …}`, or a list of them, `{"rsshub": […], "sources": […], "prune": true}`. */
async function addOrImport(c: Context<AppEnv>): Promise<Response> {
  const body = await readJsonObject(c);
  if (body === undefined) return noJsonObject(c);
  if ('sources' in body) return importList(c, body);
  const entry = checkSourceEntry(body);
  if (entry.kind === 'wrong') return problem(c, 422, 'The source is not right', entry.message);
  const counts = await save(c, { rsshub: [], sources: [entry.value] }, false);
  return c.json({ id: sourceId(entry.value.url), ...entry.value }, counts.added > 0 ? 201 : 200);
}

/** Changes what the owner wrote down of a source, by JSON merge patch (RFC 7396): `null` takes a field away. */
async function changeSource(c: Context<AppEnv>): Promise<Response> {
  const followed = await c.var.sources.find(c.req.param('id') ?? '');
  if (followed === undefined) return noSuchSource(c);
  const patch = await readJsonObject(c);
  if (patch === undefined) return noJsonObject(c);
  const { id, ...before } = followed.source;
  const entry = checkSourceEntry({ ...before, ...patch });
  if (entry.kind === 'wrong') return problem(c, 422, 'The source is not right', entry.message);
  const { url } = entry.value;
  if (url !== before.url && !(await c.var.sources.move(id, url)))
    return problem(c, 409, 'Another source is at that address', url);
  if (url !== before.url) await c.var.sources.makeDue([id], Date.now());
  await save(c, { rsshub: [], sources: [entry.value] }, false);
  return c.json({ id, ...entry.value });
}

/** The owner does not want the address at which the source's feed seems to be now. */
async function refuseProposal(c: Context<AppEnv>): Promise<Response> {
  const refused = await c.var.sources.refuseProposal(c.req.param('id') ?? '');
  return refused
    ? c.body(null, 204)
    : problem(c, 404, 'Nothing is proposed for this source', 'A proposal is in `failure.proposedUrl`.');
}

async function importList(c: Context<AppEnv>, body: Record<string, unknown>): Promise<Response> {
  const { sources, rsshub, profiles, views, prune = false, ...others } = body;
  if (!Array.isArray(sources)) return problem(c, 422, 'The list is not right', '`sources` is a list.');
  const instances = checkInstances(rsshub ?? []);
  const own = checkProfiles(profiles);
  const checkedViews = checkViews(views ?? {});
  const listed = checkEntries(sources);
  const known = [
    ...(await c.var.sources.all()).map(({ source }) => source),
    ...listed.entries.map(({ url }) => ({ url, id: sourceId(url) })),
  ];
  const messages = [
    ...Object.keys(others).map((name) => `unknown field \`${name}\`; known are ${LIST_FIELDS.join(', ')}`),
    ...(typeof prune === 'boolean' ? [] : ['`prune` is true or false']),
    ...(instances.kind === 'wrong' ? [instances.message] : []),
    ...own.problems,
    ...checkedViews.problems,
    ...unknownSources(checkedViews.views, known).map(
      (name) => `a view names ${name}, which is no source; list it first`,
    ),
  ];
  const problems = [...messages.map((message) => ({ message })), ...listed.problems];
  if (problems.length > 0 || instances.kind === 'wrong')
    return problem(c, 422, 'The list is not right', 'Nothing was imported.', { problems });
  const list: SourceList = {
    rsshub: instances.value,
    sources: listed.entries,
    ...(profiles !== undefined && { profiles: own.profiles }),
    ...(views !== undefined && { views: checkedViews.views }),
  };
  return c.json(await save(c, list, prune === true));
}

/** The sources of a list, and what is wrong with which of them. */
function checkEntries(sources: readonly unknown[]): {
  entries: SourceEntry[];
  problems: { index: number; message: string }[];
} {
  const entries = new Map<string, SourceEntry>();
  const problems: { index: number; message: string }[] = [];
  sources.forEach((source, index) => {
    const entry = checkSourceEntry(source);
    if (entry.kind === 'wrong') problems.push({ index, message: entry.message });
    else if (entries.has(entry.value.url))
      problems.push({ index, message: `${entry.value.url} is listed twice` });
    else entries.set(entry.value.url, entry.value);
  });
  return { entries: [...entries.values()], problems };
}

const LIST_FIELDS = ['rsshub', 'sources', 'views', 'profiles', 'prune'];

function checkProfiles(input: unknown = {}): { profiles: Record<string, OwnProfile>; problems: string[] } {
  const profiles: Record<string, OwnProfile> = {};
  if (typeof input !== 'object' || input === null || Array.isArray(input))
    return { profiles, problems: ['`profiles` is a mapping by name'] };
  const problems = Object.entries(input).flatMap(([name, profile]) => {
    const checked = checkOwnProfile(name, profile);
    if (checked.kind === 'wrong') return checked.message;
    profiles[name] = checked.value;
    return [];
  });
  return { profiles, problems };
}

async function importOpml(c: Context<AppEnv>): Promise<Response> {
  const result = parseOpml(await c.req.text());
  if (result.kind === 'invalid') {
    return problem(c, 422, 'The OPML is not right', 'Nothing was imported.', { problems: result.problems });
  }
  return c.json(await save(c, result.list, c.req.query('prune') === 'true'));
}

async function exportOpml(c: Context<AppEnv>): Promise<Response> {
  const sources = (await c.var.sources.all()).map(({ source }) => source);
  const opml = toOpml({ rsshub: [], sources }, { title: c.var.config.siteTitle });
  return c.body(opml, 200, { 'Content-Type': 'text/x-opml; charset=utf-8' });
}

async function save(c: Context<AppEnv>, list: SourceList, prune: boolean): Promise<ImportCounts> {
  const options = { now: Date.now(), prune };
  const counts = await c.var.sources.import(list, options);
  if (list.views !== undefined) {
    const sources = (await c.var.sources.all()).map(({ source }) => source);
    await c.var.views.save(list.views, sources, options);
  }
  return counts;
}

async function removeSource(c: Context<AppEnv>): Promise<Response> {
  const removed = await c.var.sources.remove(c.req.param('id') ?? '', Date.now());
  return removed ? c.body(null, 204) : noSuchSource(c);
}

async function removeArticle(c: Context<AppEnv>): Promise<Response> {
  const removed = await new RetentionStore(c.env.DB).remove(c.req.param('id') ?? '', Date.now());
  return removed
    ? c.body(null, 204)
    : problem(c, 404, 'There is no such article', 'An article’s id is the last part of its page’s address.');
}

/**
 * Queues one source, or all, at once. Progress shows in `lastCheckedAt`. A publisher who was asked a moment ago is not
 * asked again.
 */
async function refreshNow(c: Context<AppEnv>, id?: string): Promise<Response> {
  const one = id === undefined ? undefined : await c.var.sources.find(id);
  if (id !== undefined && one === undefined) return noSuchSource(c);
  const now = Date.now();
  const followed = one === undefined ? await c.var.sources.all() : [one];
  const instances = await c.var.sources.rsshubInstances();
  const wanted = followed.filter((each) => !wasJustAsked(each, instances, now));
  const ids = wanted.map(({ source }) => source.id);
  await c.var.sources.makeDue(ids, now);
  const { sources, polls, config } = c.var;
  const queue = c.env.POLLS;
  const { limits } = config;
  const queued = await scheduleDue({ polls, sources, queue, limits, now, random: Math.random });
  return c.json({ queued }, 202);
}

function noSuchSource(c: Context<AppEnv>): Response {
  return problem(c, 404, 'There is no such source', 'GET /api/sources lists them with their ids.');
}

function tooLarge(c: Context): Response {
  return problem(c, 413, 'The body is too large', `At most ${MAX_BODY_BYTES / 1_000_000} MB are taken.`);
}
