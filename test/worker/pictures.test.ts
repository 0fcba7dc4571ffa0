import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createApp } from '../../src/app.ts';
import type { Env } from '../../src/env.ts';
import { answerWith, call } from './follow.ts';

const GIF = { base64: 'R0lGODlhAQABAIAAAAUEBAAAACwAAAAAAQABAAACAkQBADs=' };

/** Asks a Worker that its owner has set up in his own way, and waits for what it leaves for later. */
async function callWith(settings: Partial<Env>, path: string, init?: RequestInit): Promise<Response> {
  const context = createExecutionContext();
  const request = new Request(`https://tributary.example${path}`, init);
  const own = { PRIVATE_ORIGINS: env.ORIGIN, ...settings };
  const response = await createApp().fetch(request, { ...env, ...own }, context);
  const bytes = response.body === null ? null : await response.arrayBuffer();
  await waitOnExecutionContext(context);
  return new Response(bytes, response);
}

describe('a placeholder', () => {
  it('comes where a page asks for a picture in any case', async () => {
    await answerWith({ '/page.gif': { body: '<html>gone' } });
    for (const target of [`${env.ORIGIN}/page.gif`, 'http://elsewhere.example/a.gif']) {
      const settings = { IMAGE_HOSTS: '127.0.0.1' };
      expect((await callWith(settings, `/?${target}`)).ok).toBe(false);
      const response = await callWith(settings, `/placeholder/?${target}`);
      expect([response.status, response.headers.get('Content-Type')]).toEqual([200, 'image/gif']);
      expect(response.headers.get('X-Picture-Error')).toMatch(/is not a picture|IMAGE_HOSTS/);
    }
  });
});

describe('a signed address of go-camo', () => {
  const camo = (key: string, target: string, encoding: 'hex' | 'base64url') =>
    `/${createHmac('sha1', key).update(target).digest(encoding)}/${Buffer.from(target).toString(encoding)}`;

  it.each(['hex', 'base64url'] as const)(
    'in %s is served where its key is one of IMAGE_KEYS',
    async (encoding) => {
      await answerWith({ '/a.gif?x=1&y=2': { body: GIF } });
      const path = camo('old', `${env.ORIGIN}/a.gif?x=1&y=2`, encoding);
      const settings = { IMAGE_KEYS: 'new, old', IMAGE_ACCESS: 'signed' };
      const response = await callWith(settings, path);
      expect([response.status, response.headers.get('Content-Type')]).toEqual([200, 'image/gif']);
      expect((await callWith({ ...settings, IMAGE_KEYS: 'new' }, path)).status).toBe(403);
      const unset = await callWith({}, path);
      expect([unset.status, await unset.text()]).toEqual([403, expect.stringContaining('IMAGE_KEYS')]);
      expect(unset.headers.get('Access-Control-Allow-Origin')).toBe('*');
    },
  );

  it('is told from a page, which stays one', async () => {
    for (const path of [
      `/tags/${'a'.repeat(27)}/`,
      `/${'a'.repeat(40)}/feed.xml`,
      `/articles/${'a'.repeat(32)}`,
    ])
      expect((await call(path)).headers.get('Cross-Origin-Resource-Policy'), path).toBeNull();
    expect((await call('/sources/')).status).toBe(404);
  });
});
