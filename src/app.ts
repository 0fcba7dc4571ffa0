import { Hono } from 'hono';
import { methodNotAllowed } from 'hono/method-not-allowed';
import { type Config, type Env, readConfig } from './env.ts';
import { apiRoutes } from './routes/api.ts';
import { feedRoutes } from './routes/feeds.ts';
import { healthRoutes } from './routes/health.ts';
import { pageRoutes } from './routes/pages.ts';
import { pictureRoutes } from './routes/pictures.ts';
import { postRoutes } from './routes/posts.ts';
import { answerFault, answerNothingHere, answerOtherMethod } from './routes/unanswered.ts';
import { websubRoutes } from './routes/websub.ts';
import { ArchiveStore } from './store/archive-store.ts';
import { ArticleStore } from './store/article-store.ts';
import { PollStore } from './store/poll-store.ts';
import { SourceStore } from './store/source-store.ts';
import { ViewStore } from './store/view-store.ts';

/** What every route finds in its context. */
export interface AppEnv {
  Bindings: Env;
  Variables: {
    config: Config;
    /** Where this Worker is reached: `PUBLIC_URL`, or the origin the request came to. */
    origin: string;
    articles: ArticleStore;
    archives: ArchiveStore;
    sources: SourceStore;
    polls: PollStore;
    views: ViewStore;
  };
}

/** The Worker's HTTP side: a route, a call, a response. */
export function createApp(): Hono<AppEnv> {
  const app = new Hono<AppEnv>();
  app.use((c, next) => {
    c.set('config', configOf(c.env));
    return next();
  });
  // first, for they are many, and one from memory costs little more than what is set up for the others
  app.route('/', pictureRoutes());
  app.use(methodNotAllowed({ app, onMethodNotAllowed: answerOtherMethod }));
  app.use((c, next) => {
    c.set('origin', c.var.config.publicOrigin ?? new URL(c.req.url).origin);
    c.set('articles', new ArticleStore(c.env.DB));
    c.set('archives', new ArchiveStore(c.env.DB));
    c.set('sources', new SourceStore(c.env.DB));
    c.set('polls', new PollStore(c.env.DB));
    c.set('views', new ViewStore(c.env.DB));
    return next();
  });
  app.route('/', feedRoutes());
  app.route('/', postRoutes());
  app.route('/', healthRoutes());
  app.route('/', apiRoutes());
  app.route('/', websubRoutes());
  app.route('/', pageRoutes());
  app.notFound(answerNothingHere);
  app.onError((error, c) => {
    console.error(`${c.req.method} ${c.req.path} failed`, error);
    return answerFault(c);
  });
  return app;
}

const configs = new WeakMap<Env, Config>();

/** The variables do not change while an isolate lives, and checking a time zone is not cheap. */
function configOf(env: Env): Config {
  const config = configs.get(env) ?? readConfig(env);
  configs.set(env, config);
  return config;
}
