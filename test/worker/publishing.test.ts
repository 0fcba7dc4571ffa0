import { createMessageBatch, createScheduledController } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { expect, it } from 'vitest';
import type { Env } from '../../src/env.ts';
import type { PublishMessage } from '../../src/jobs/publish-posts.ts';
import worker from '../../src/worker.ts';
import { answerWith, follow, pollAll, requestsSeen, rss } from './follow.ts';

const API = '/api/v1/repos/owner/blog';
const [COMMIT, TREE] = ['1'.repeat(40), '2'.repeat(40)];

it('cron queues a run of publishing when there is news, and the run commits it', async () => {
  await answerWith({
    '/feed': { body: rss('一') },
    [`${API}/branches/main`]: { body: JSON.stringify({ commit: { id: COMMIT } }) },
    [`${API}/git/commits/${COMMIT}`]: { body: JSON.stringify({ commit: { tree: { sha: TREE } } }) },
    [`${API}/git/trees/${TREE}?page=1`]: { body: JSON.stringify({ tree: [], truncated: false }) },
    [`${API}/contents`]: { status: 201, body: '{}' },
  });
  await follow('/feed', { categories: ['a'] });
  await pollAll();
  const sent: PublishMessage[] = [];
  const publishing = {
    ...env,
    PUBLIC_URL: 'https://tributary.example',
    GIT_REPO: `${env.ORIGIN}/owner/blog`,
    GIT_TOKEN: 'a-token',
    POLLS: { send: async (message: PublishMessage) => sent.push(message) },
  } as unknown as Env;
  const cron = () => worker.scheduled(createScheduledController(), publishing);
  await cron();
  expect(sent).toEqual([{ publish: true }]);
  const message = { id: '1', timestamp: new Date(), attempts: 1, body: { publish: true } as const };
  await worker.queue(createMessageBatch('tributary-polls', [message]), publishing);
  const post = (await requestsSeen()).find(({ path }) => path === `${API}/contents`);
  expect(post).toMatchObject({ method: 'POST', headers: { authorization: 'token a-token' } });
  const [file] = JSON.parse(post?.body ?? '').files;
  expect(file).toMatchObject({ operation: 'create', path: expect.stringMatching(/^source\/_posts\/a\/一-/) });
  const bytes = Uint8Array.from(atob(file.content), (character) => character.charCodeAt(0));
  expect(new TextDecoder().decode(bytes)).toContain('title: "一"\n');
  await cron();
  expect(sent).toHaveLength(1);
});
