import { createApp } from './app.ts';
import { type Env, readConfig } from './env.ts';
import { consume } from './jobs/consume.ts';
import { keepHouse } from './jobs/housekeeping.ts';
import { type PollMessage, scheduleDue } from './jobs/schedule.ts';
import { ArticleStore } from './store/article-store.ts';
import { HealthStore } from './store/health-store.ts';
import { RetentionStore } from './store/retention-store.ts';
import { SourceStore } from './store/source-store.ts';
import { userAgent } from './user-agent.ts';

const app = createApp();

export default {
  fetch: app.fetch,

  async scheduled(_controller, env) {
    const config = readConfig(env);
    await scheduleDue(new SourceStore(env.DB), env.POLLS, Date.now());
    await keepHouse(config, {
      fetch,
      userAgent: userAgent(config.publicOrigin),
      health: new HealthStore(env.DB),
      retention: new RetentionStore(env.DB),
      now: Date.now(),
    });
  },

  async queue(batch, env) {
    const config = readConfig(env);
    const sources = new SourceStore(env.DB);
    await consume(batch, {
      fetch,
      policy: { allowedOrigins: new Set(config.privateOrigins), ownHosts: ownHosts(config.publicOrigin) },
      userAgent: userAgent(config.publicOrigin),
      instances: await sources.rsshubInstances(),
      articles: new ArticleStore(env.DB),
      sources,
      now: Date.now,
      random: Math.random,
      wait: (milliseconds) => scheduler.wait(milliseconds),
    });
  },
} satisfies ExportedHandler<Env, PollMessage>;

/** Asking ourselves would be a loop. */
function ownHosts(publicOrigin: string | undefined): ReadonlySet<string> {
  return new Set(publicOrigin === undefined ? [] : [new URL(publicOrigin).host]);
}
