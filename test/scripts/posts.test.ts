import { once } from 'node:events';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { PostsCommand } from '../support/posts-command.ts';

// each step is a process of its own, which a busy machine takes its time to start
vi.setConfig({ testTimeout: 60_000 });

/** A feed of items with these titles and bodies. */
function feed(items: Record<string, string>): { body: string } {
  const list = Object.entries(items).map(
    ([title, body]) =>
      `<item><title>${title}</title><guid isPermaLink="false">${title.slice(0, 3)}</guid>
       <pubDate>Mon, 18 Oct 2021 06:56:51 GMT</pubDate><description><![CDATA[<p>${body}</p>]]></description></item>`,
  );
  return { body: `<rss version="2.0"><channel><title>News</title>${list.join('')}</channel></rss>` };
}

let command: PostsCommand;
let shown = feed({});

async function show(items: Record<string, string>): Promise<void> {
  shown = feed(items);
  const [source] = await command.stand.sources.all();
  await command.stand.poll(source?.source.id);
}

function writeOld(file: string, text: string): void {
  const target = path.join(command.out, file);
  mkdirSync(path.dirname(target), { recursive: true });
  writeFileSync(target, text);
}

const oldPost = (title: string, date = 'Mon, 18 Oct 2021 06:56:51 GMT') =>
  `\n---\ntitle: '${title}'\ncategories: \n - a\n - b\nauthor: b\ndate: ${date}\n---\n\n<div>   \n<p>Old</p></div>\n`;

beforeEach(async () => {
  command = await PostsCommand.open({ 'news.example': () => shown });
  await command.stand.follow('https://news.example/feed', { categories: ['a', 'b'] });
  await show({ 'one: first': 'One', 'two second': 'Two' });
});
afterEach(() => command.close());

describe('adopting the posts of another program', () => {
  it('changes none of them, says what it left and why, and the next runs take the rest in', async () => {
    writeOld('a/b/one_ first.md', oldPost('one_ first'));
    writeOld('a/mine.md', '---\ntitle: Mine\n---\nmine');
    writeOld('a/note.md', 'a note');
    const before = command.files();
    expect(await command.run('adopt', command.out, '--dry-run')).toContain('1 would be adopted');
    expect(command.files()).toEqual(before);

    expect(await command.run('adopt', command.out)).toBe(
      [
        '1 adopted, 0 ours before, 2 left as they are.',
        'Left: a/mine.md: no article has its title',
        'Left: a/note.md: it has no front matter with a title\n',
      ].join('\n'),
    );
    const { '.tributary-posts.json': manifest, ...posts } = command.files();
    expect(posts).toEqual(before);

    expect(await command.run('adopt', command.out)).toContain('0 adopted, 1 ours before, 2 left');
    expect(command.files()['.tributary-posts.json']).toBe(manifest);
    expect(await command.sync()).toContain('1 added, 0 updated, 0 removed, 1 as before');
    expect(command.files()).toMatchObject(before);
    const after = command.files();
    expect(await command.sync()).toContain('0 added, 0 updated, 0 removed, 2 as before');
    expect(command.files()).toEqual(after);
  });

  it('renews one when its article changes, under the name and the date it had', async () => {
    writeOld('a/b/one_ first.md', oldPost('one_ first', '2021-10-18 07:00:00'));
    await command.run('adopt', command.out);
    await show({ 'one: first': 'One, changed', 'two second': 'Two' });
    expect(await command.sync()).toContain('1 added, 1 updated');
    const post = command.files()['a/b/one_ first.md'];
    expect(post).toContain('title: "one: first"\n');
    expect(post).toContain('\ndate: 2021-10-18 07:00:00\n');
    expect(post).toContain('<div><p>One, changed</p></div>');
    await show({ 'one: first': 'One', 'two second': 'Two' });
    expect(await command.sync()).toContain('0 added, 1 updated');
    expect(command.files()['a/b/one_ first.md']).toContain('<p>One</p>');
    expect(command.files()['a/b/one_ first.md']).toContain('\ndate: 2021-10-18 07:00:00\n');
  });

  it('keeps one that was changed by hand since, and one whose article is gone, whatever is pruned', async () => {
    writeOld('a/b/one.md', oldPost('one first'));
    writeOld('a/b/two.md', oldPost('two second'));
    await command.run('adopt', command.out);
    writeOld('a/b/one.md', 'by hand');
    await show({ 'one: first': 'One, changed', 'two second': 'Two' });
    await command.stand.db.prepare("DELETE FROM articles WHERE title LIKE 'two%'").run();
    const report = await command.sync('--prune');
    expect(report).toContain('0 removed');
    expect(report).toContain('Left alone, because it is not as we wrote it: a/b/one.md');
    expect(command.files()).toMatchObject({ 'a/b/one.md': 'by hand', 'a/b/two.md': oldPost('two second') });
  });

  it('leaves a post whose article we wrote before, until that file is gone', async () => {
    await command.sync();
    writeOld('a/b/old.md', oldPost('one first'));
    expect(await command.run('adopt', command.out)).toMatch(/its article has another file: a\/b\/one-first-/);
    const ours = Object.keys(command.files()).find((file) => file.includes('one-first-')) ?? '';
    rmSync(path.join(command.out, ours));
    expect(await command.run('adopt', command.out)).toContain('1 adopted, 1 ours before, 0 left');
    expect(await command.sync()).toContain('2 as before');
  });

  it.each([
    [['adopt'], '`adopt` takes the folder'],
    [['adopt', '/nowhere/at-all'], '/nowhere/at-all cannot be read: there is no such file.'],
    [
      ['--out', import.meta.filename],
      'posts.test.ts cannot be used as a folder: it is a file, and no folder.',
    ],
    [['adapt', 'x'], 'There is no command "adapt"'],
    [['--dry-run', '--out', 'x'], '--dry-run belongs to `adopt`'],
    [['--out', 'x', '--since', 'y'], '--since is a day'],
    [['--out', 'x', '--pictures-url', 'y'], '--pictures-url is a path'],
    [['--out', 'x', '--profile', 'y'], 'answered 400: profile is one of hexo'],
  ])('is refused with what is wrong: %j', async (args, message) => {
    expect(await command.run(...args)).toContain(message);
  });

  it.each(['<p>Welcome</p>', '{"feed": []}', 'null'])(
    'is refused where another program answers %s',
    async (body) => {
      command.answer = () => new Response(body);
      expect(await command.run('--out', command.out)).toMatch(
        /^http:\/\/127\.0\.0\.1:\d+\/posts\.json is no index of posts: another program answers there\.$/m,
      );
    },
  );
});

describe('pictures on the blog itself', () => {
  const GIF = Buffer.from('R0lGODlhAQABAIAAAAUEBAAAACwAAAAAAQABAAACAkQBADs=', 'base64');
  const pictures = () => path.join(command.out, '../pictures-of-a-test');
  const names = () => readdirSync(pictures()).sort();
  const local = (...more: string[]) => command.sync('--images', 'local', '--pictures', pictures(), ...more);
  let asked: string[] = [];
  let broken: string[] = [];

  beforeEach(async () => {
    [asked, broken] = [[], []];
    command.answer = (url) => {
      const picture = /\/\?(https?:.*)$/.exec(url)?.[1];
      if (picture === undefined) return undefined;
      asked.push(picture);
      if (broken.some((each) => picture.includes(each))) return new Response(null, { status: 502 });
      const type = picture.includes('.svg') ? 'image/svg+xml' : 'image/gif';
      return new Response(GIF, { headers: { 'Content-Type': type } });
    };
    await show({
      'one: first':
        '<img src="http://a.example/1.gif?a=1&amp;b={2}"><img srcset="http://a.example/2.gif 1x, http://a.example/3 2x" src="http://a.example/2.gif">',
      'two second': '<img src="http://a.example/2.gif"><img src="http://a.example/4.svg">',
    });
  });
  afterEach(() => rmSync(pictures(), { recursive: true, force: true }));

  it('are fetched once, whatever posts show them, and not asked for again', async () => {
    expect(await local()).toContain('2 added');
    expect(names()).toHaveLength(3);
    expect(asked.toSorted()).toEqual([
      'http://a.example/1.gif?a=1&b=%7B2%7D',
      'http://a.example/2.gif',
      'http://a.example/3',
      'http://a.example/4.svg',
    ]);
    const posts = Object.values(command.files()).join('');
    const shown = [...posts.matchAll(/\/pictures\/([0-9a-f]{16}\.gif)/g)].map(([, name]) => name);
    expect([...new Set(shown)].sort()).toEqual(names());
    // SVG stays with the proxy
    expect([...new Set(posts.match(/\/\?http[^"\s]*/g))]).toEqual(['/?http://a.example/4.svg']);
    const before = command.files();
    expect(await local()).toContain('0 added, 0 updated, 0 removed, 2 as before');
    expect(asked).toHaveLength(4);
    expect(command.files()).toEqual(before);
  });

  it('keep the proxied address where they cannot be had, are told, and asked for in the next run', async () => {
    broken = ['/3'];
    expect(await local()).toContain(
      'Shown through Tributary, because it cannot be had: http://a.example/3\n',
    );
    expect(Object.values(command.files()).join('')).toContain('/?http://a.example/3 2x');
    const before = command.files();
    expect(await local()).toContain('it cannot be had');
    expect(command.files()).toEqual(before);
    broken = [];
    expect(await local('--pictures-url', '/blog/p')).toContain('2 updated');
    expect(Object.values(command.files()).join('')).not.toContain('a.example/3');
    expect(Object.values(command.files()).join('')).toContain('/blog/p/');
  });

  it('leave every other file in their folder alone', async () => {
    mkdirSync(pictures());
    for (const name of ['mine.gif', 'mine.draft', `${'0'.repeat(16)}.gif.draft`])
      writeFileSync(path.join(pictures(), name), 'mine');
    await local('--prune');
    expect(names()).toHaveLength(3 + 2);
    expect(names()).toEqual(expect.arrayContaining(['mine.gif', 'mine.draft']));
  });
});

describe('a run that is killed', () => {
  const PICTURE = 'GIF89a'.repeat(10_000);
  /** Thirty items whose pictures change with their text. */
  const items = (text: string) =>
    Object.fromEntries(
      Array.from({ length: 30 }, (_, i) => [
        `${String(i).padStart(3, '0')} title`,
        `${text} <img src="http://a.example/${text}/${i}.gif">`,
      ]),
    );
  const sync = () => [
    '--out',
    command.out,
    '--images',
    'local',
    '--pictures',
    path.join(command.out, 'pictures'),
  ];

  /** A blog with a post of its own and an adopted one, brought up to items that have changed since. */
  async function prepare(): Promise<void> {
    writeOld('a/b/000 title.md', oldPost('000 title'));
    writeOld('a/mine.md', '---\ntitle: Mine\n---\nmine');
    await show(items('Old'));
    await command.run('adopt', command.out);
    await command.run(...sync());
    await show(items('New'));
  }

  it.each([
    [2, 0, 'the same'],
    [30, 2, 'the same'],
    [59, 4, 'newer'],
  ])(
    '%i requests and %i ms later and run again, with %s news, gives what an undisturbed one gives',
    async (requests, delay, news) => {
      let answered = Number.NEGATIVE_INFINITY;
      let onAnswer = () => {};
      command.answer = (url) => {
        if (++answered === requests) onAnswer();
        if (!url.includes('/?http')) return undefined;
        return new Response(PICTURE, { headers: { 'Content-Type': 'image/gif' } });
      };
      await prepare();
      answered = 0;
      const reached = new Promise<void>((resolve) => {
        onAnswer = resolve;
      });
      const victim = command.start(...sync());
      const ended = once(victim, 'close');
      await reached;
      await new Promise((resolve) => setTimeout(resolve, delay));
      victim.kill('SIGKILL');
      await ended;
      if (news === 'newer') await show(items('Newer'));
      expect(await command.run(...sync())).not.toContain('Left alone');
      const afterKill = command.files();

      rmSync(command.out, { recursive: true });
      mkdirSync(command.out);
      await prepare();
      if (news === 'newer') await show(items('Newer'));
      else await command.run(...sync());
      await command.run(...sync());
      // of the news in between a picture may have come
      const posts = (files: Record<string, string>) =>
        Object.entries(files).filter(([file]) => news === 'the same' || !file.startsWith('pictures/'));
      expect(posts(afterKill)).toEqual(posts(command.files()));
    },
  );
});
