import { describe, expect, it } from 'vitest';
import { answerWith, call, callAsOwner, follow, pollAll } from './follow.ts';

interface Item {
  title: string;
  link?: string;
  text?: string;
  date: string;
}

function feed(title: string, ...items: Item[]): { body: string } {
  const list = items.map(
    ({ title, link, text = title, date }) =>
      `<item><title>${title}</title><link>${link ?? `https://${encodeURIComponent(title)}.example/`}</link>
       <pubDate>${new Date(date).toUTCString()}</pubDate><description><![CDATA[<p>${text}</p>]]></description></item>`,
  );
  return { body: `<rss version="2.0"><channel><title>${title}</title>${list.join('')}</channel></rss>` };
}

const LONG = Array.from({ length: 150 }, (_, i) => `word${(i * 7919) % 1009}`).join(' ');

interface Shown {
  title: string;
  content_html: string;
  _seen_in?: { title: string; url: string }[];
}

async function read(path: string): Promise<{ items: Shown[]; next_url?: string }> {
  return (await call(path)).json();
}

describe('a feed with `dedup`', () => {
  it('shows copies in several sources once and names the others, in every format and in views', async () => {
    await answerWith({
      '/a': feed(
        'Alpha',
        { title: 'Chip maker opens plant', link: 'https://www.a.example/1/', date: '2024-03-01' },
        { title: 'Harbour closed for a week by storm', date: '2024-03-02' },
        { title: 'First words', text: LONG, date: '2024-03-03' },
      ),
      '/b': feed(
        'Beta',
        { title: 'Neue Fabrik', link: 'http://a.example/1#top', date: '2024-05-01' },
        { title: 'Harbour closed for a week by storm - Beta', date: '2024-03-02T12:00' },
        { title: 'Other words', text: LONG, date: '2024-03-04' },
      ),
    });
    await follow('/a', { categories: ['x'] });
    await follow('/b', { categories: ['x'] });
    await pollAll();
    const titles = async (path: string) => (await read(path)).items.map(({ title }) => title);
    expect(await titles('/feed.json?dedup=none')).toHaveLength(6);
    expect(await titles('/feed.json?dedup=url')).toEqual([
      'Other words',
      'First words',
      'Harbour closed for a week by storm - Beta',
      'Harbour closed for a week by storm',
      'Chip maker opens plant',
    ]);
    expect(await titles('/categories/x/feed.json?dedup=title')).toEqual([
      'Other words',
      'First words',
      'Harbour closed for a week by storm',
      'Chip maker opens plant',
    ]);
    const { items } = await read('/feed.json?dedup=near');
    expect(items.map(({ title, _seen_in }) => [title, _seen_in?.map((copy) => copy.title).join()])).toEqual([
      ['First words', 'Beta'],
      ['Harbour closed for a week by storm', 'Beta'],
      ['Chip maker opens plant', 'Beta'],
    ]);
    for (const file of ['feed.xml', 'atom.xml'])
      expect(await (await call(`/${file}?dedup=url`)).text()).toContain(
        '<p>Also: <a href="http://a.example/1#top">Beta</a></p>',
      );
    await callAsOwner('PUT', '/api/views/v', { dedup: 'near' });
    expect((await read('/views/v/feed.json')).items).toHaveLength(3);
    const page = await (await call('/views/v/')).text();
    expect(page.match(/<h3><a [^>]*>[^<]*/g)?.map((heading) => heading.replace(/.*>/, ''))).toEqual([
      'First words',
      'Harbour closed for a week by storm',
      'Chip maker opens plant',
    ]);
    expect(page).toContain('also <a href="http://a.example/1#top" rel="noopener noreferrer">Beta</a>');
  });

  it('shows a copy where the better one is not in the feed or is filtered out', async () => {
    await answerWith({
      '/a': feed('Alpha', {
        title: 'Harbour closed for a week by storm',
        text: 'advert',
        date: '2024-03-02',
      }),
      '/b': feed('Beta', { title: 'Harbour closed for a week by storm', text: 'plain', date: '2024-03-03' }),
    });
    await follow('/a', { categories: ['x'] });
    await follow('/b', { categories: ['y'] });
    await pollAll();
    const texts = async (path: string) =>
      (await read(path)).items.map(({ content_html }) => content_html).join();
    expect(await texts('/feed.json?dedup=title')).toContain('advert');
    expect(await texts('/feed.json?dedup=title')).not.toContain('plain');
    expect(await texts('/categories/y/feed.json?dedup=title')).toContain('plain');
    expect(await texts('/feed.json?dedup=title&filterout_description=advert')).toContain('plain');
  });

  it('leads through its pages to every article once, whichever page its copy is on', async () => {
    const at = (i: number) => new Date(Date.UTC(2024, 0, 1) + i * 60_000).toISOString();
    const items = (from: number) =>
      Array.from({ length: 150 }, (_, i) => ({
        title: `Long enough title number ${i}x`,
        date: at(2 * i + from),
      }));
    await answerWith({ '/a': feed('Alpha', ...items(0)), '/b': feed('Beta', ...items(121)) });
    await follow('/a');
    await follow('/b');
    await pollAll();
    const seen: string[] = [];
    for (let path: string | undefined = '/feed.json?dedup=title'; path !== undefined; ) {
      const page = await read(path);
      seen.push(...page.items.map(({ title }) => title));
      path = page.next_url?.replace('https://tributary.example', '');
    }
    expect(new Set(seen).size).toBe(150);
    expect(seen).toHaveLength(150);
  });
});
