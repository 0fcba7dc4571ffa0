import { type Context, Hono, type MiddlewareHandler } from 'hono';
import type { AppEnv } from '../app.ts';
import { IsolateMemory } from '../images/isolate-memory.ts';
import { proxyImage } from '../images/proxy.ts';
import { parseTarget } from '../images/target.ts';
import { PictureCountStore } from '../store/picture-count-store.ts';
import { PictureStore } from '../store/picture-store.ts';
import { SourceStore } from '../store/source-store.ts';
import { userAgent } from '../user-agent.ts';

const memories = new WeakMap<AppEnv['Bindings'], IsolateMemory>();

/**
 * The image proxy. Which addresses are those of pictures `parseTarget` alone knows; what names no picture is left to
 * the pages.
 */
export function pictureRoutes(): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();
  const handler: MiddlewareHandler<AppEnv> = (c, next) =>
    parseTarget(c.req.url).kind === 'none' ? next().then(() => undefined) : servePicture(c);
  routes.use(handler);
  return routes;
}

async function servePicture(c: Context<AppEnv>): Promise<Response> {
  const { config } = c.var;
  const pictures = new PictureStore(c.env.DB);
  const sources = new SourceStore(c.env.DB);
  const memory = memoryOf(c.env);
  const now = Date.now();
  const answer = await proxyImage(c.req.raw, {
    fetch,
    policy: config.addresses,
    isSource: (target) => sources.hasOrigin(target),
    access: config.imageAccess,
    knownHost: (picture) => pictures.host(picture),
    rememberReferer: async (host, rung) => {
      await pictures.rememberReferer(host, rung);
      memory.admissions.clear();
    },
    cache: caches.default,
    memory,
    now,
    waitUntil: (work) => c.executionCtx.waitUntil(work),
    userAgent: userAgent(config.publicOrigin),
    limiter: c.env.IMAGE_LIMIT,
    images: c.env.IMAGES,
    archive: c.env.IMAGE_ARCHIVE && {
      bucket: c.env.IMAGE_ARCHIVE,
      isShown: (picture) => pictures.isShown(picture),
    },
  });
  if (memory.counts.isDue(now)) c.executionCtx.waitUntil(saveCounts(memory, c.env));
  return answer;
}

/** A page asks for many pictures at once, often from an isolate that is new and soon gone. */
const SAVE_AFTER_MS = 5_000;

async function saveCounts({ counts }: IsolateMemory, { DB }: AppEnv['Bindings']): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, SAVE_AFTER_MS));
  await counts.flush((each) => new PictureCountStore(DB).add(each, Date.now()));
}

/** An isolate has one set of settings; what was found out under one holds under no other. */
function memoryOf(env: AppEnv['Bindings']): IsolateMemory {
  const memory = memories.get(env) ?? new IsolateMemory();
  memories.set(env, memory);
  return memory;
}
