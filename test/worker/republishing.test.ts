import { expect, it } from 'vitest';
import { answerWith, call, follow, items, pollAll, rss } from './follow.ts';

it('2.10: what is republished names its origin, and asks search engines to go there', async () => {
  await answerWith({ '/feed': { body: rss('one') } });
  const id = await follow('/feed');
  await pollAll();
  const [item] = await items();
  const article = (item?.id ?? '').replace('urn:uuid:', '').replaceAll('-', '');
  const page = await (await call(`/articles/${article}`)).text();
  expect(page).toContain('<meta name="robots" content="noindex">');
  expect(page).toContain('<link rel="canonical" href="https://news.example/one">');
  expect(await (await call(`/sources/${id}/`)).text()).toContain('<meta name="robots" content="noindex">');
  expect((await call('/feed.xml')).headers.get('X-Robots-Tag')).toBe('noindex');
  expect(await (await call(`/posts/${article}.md`)).text()).toContain('https://news.example/one');
});
