import { applyD1Migrations, type D1Migration, reset } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach } from 'vitest';
import type { Env } from '../../src/env.ts';
import type { RateLimiter } from '../../src/images/rate-limit.ts';
import { feedStates } from '../../src/store/feed-states.ts';

declare global {
  namespace Cloudflare {
    interface Env extends TestEnv {}
    interface GlobalProps {
      mainModule: typeof import('../../src/worker.ts');
    }
  }
}

interface TestEnv extends Env {
  TEST_MIGRATIONS: D1Migration[];
  /** Address of the loopback origin (`test/support/origin.ts`). */
  ORIGIN: string;
  TEST_LIMIT: RateLimiter;
  TEST_ARCHIVE: R2Bucket;
  TEST_IMAGES: ImagesBinding;
}

beforeEach(() => applyD1Migrations(env.DB, env.TEST_MIGRATIONS));
afterEach(async () => {
  await reset();
  feedStates.forget();
});
