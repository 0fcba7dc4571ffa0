import { type Context, Hono, type MiddlewareHandler } from 'hono';
import type { AppEnv } from '../app.ts';
import { type AddressPolicy, checkAddress } from '../fetch/public-address.ts';
import { HotCopies } from '../images/hot-copies.ts';
import { KnownHosts } from '../images/known-hosts.ts';
import { proxyImage } from '../images/proxy.ts';
import { parseTarget, type TargetResult } from '../images/target.ts';
import { userAgent } from '../user-agent.ts';

/** What an isolate keeps in memory from one request to the next. */
const hotCopies = new HotCopies();
const knownHosts = new KnownHosts();

/**
 * The image proxy: `/?http://origin/a.jpg`, the same behind a signature, and `/<base64url of the address>`. What names
 * no picture is left to the pages.
 */
export function pictureRoutes(): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();
  const handler: MiddlewareHandler<AppEnv> = (c, next) =>
    parseTarget(c.req.url).kind === 'none' ? next().then(() => undefined) : servePicture(c);
  routes.all('/', handler);
  routes.all('/s/:signature', handler);
  routes.all('/:encoded{aHR0c.+}', handler);
  return routes;
}

async function servePicture(c: Context<AppEnv>): Promise<Response> {
  const { config, articles } = c.var;
  const target = parseTarget(c.req.url);
  const now = Date.now();
  return proxyImage(c.req.raw, {
    fetch,
    policy: await addressPolicy(c, target),
    access: config.imageAccess,
    knownHost: async () =>
      target.kind === 'target'
        ? knownHosts.of(target.url, (picture) => articles.pictureHost(picture), now)
        : undefined,
    rememberReferer: async (host, rung) => {
      await articles.rememberReferer(host, rung);
      knownHosts.forget();
    },
    cache: hotCopies.over(caches.default, now),
    now,
    waitUntil: (work) => c.executionCtx.waitUntil(work),
    userAgent: userAgent(config.publicOrigin),
    allowMedia: false,
  });
}

/**
 * Private origins are asked only where the owner named them: in `PRIVATE_ORIGINS`, or as a source of his. The sources
 * are looked through only for a target that is refused otherwise.
 */
async function addressPolicy(c: Context<AppEnv>, target: TargetResult): Promise<AddressPolicy> {
  const policy = {
    allowedOrigins: new Set(c.var.config.privateOrigins),
    ownHosts: new Set([new URL(c.var.origin).host]),
  };
  if (target.kind !== 'target' || checkAddress(target.url, policy).kind === 'allowed') return policy;
  if (await c.var.sources.hasOrigin(target.url.origin)) policy.allowedOrigins.add(target.url.origin);
  return policy;
}
