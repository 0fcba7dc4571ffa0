import { type Context, Hono } from 'hono';
import type { AppEnv } from '../app.ts';
import { checkView, writtenView, writtenViews } from '../sources/view-entry.ts';
import { unknownSources } from '../store/view-store.ts';
import { noJsonObject, readJsonObject } from './json-body.ts';
import { problem } from './problem.ts';

/** The owner's calls for views; whoever mounts them lets only the owner in. */
export function viewsApi(): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();
  routes.get('/', listViews);
  routes.put('/:name', putView);
  routes.delete('/:name', removeView);
  return routes;
}

async function listViews(c: Context<AppEnv>): Promise<Response> {
  return c.json({ views: writtenViews(await c.var.views.all()) });
}

/** Adds a view or puts another in its place. */
async function putView(c: Context<AppEnv>): Promise<Response> {
  const name = c.req.param('name') ?? '';
  const body = await readJsonObject(c);
  if (body === undefined) return noJsonObject(c);
  const view = checkView(name, body);
  if (view.kind === 'wrong') return problem(c, 422, 'The view is not right', view.message);
  const sources = (await c.var.sources.all()).map(({ source }) => source);
  const [unknown] = unknownSources({ [name]: view.value }, sources);
  if (unknown !== undefined)
    return problem(c, 422, 'The view is not right', `There is no source ${unknown}; add it first.`);
  const isNew = (await c.var.views.find(name)) === undefined;
  await c.var.views.save({ [name]: view.value }, sources, { now: Date.now() });
  return c.json({ name, ...writtenView(view.value) }, isNew ? 201 : 200);
}

async function removeView(c: Context<AppEnv>): Promise<Response> {
  const removed = await c.var.views.remove(c.req.param('name') ?? '', Date.now());
  return removed
    ? c.body(null, 204)
    : problem(c, 404, 'There is no such view', 'GET /api/views lists them by name.');
}
