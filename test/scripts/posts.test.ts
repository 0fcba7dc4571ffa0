import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PostsCommand } from '../support/posts-command.ts';

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
    [['adopt', '/nowhere/at-all'], 'cannot be read'],
    [['adapt', 'x'], 'There is no command "adapt"'],
  ])('is refused with what is wrong: %j', async (args, message) => {
    expect(await command.run(...args)).toContain(message);
  });
});
