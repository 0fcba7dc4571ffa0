import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readRepositoryAddress } from '../../src/git/repository-address.ts';
import { askToPublish, type PublishTarget, publishPosts } from '../../src/jobs/publish-posts.ts';
import { PLAN_LIMITS } from '../../src/sources/plan-limits.ts';
import { PublicationStore } from '../../src/store/publication-store.ts';
import { GitOrigin } from '../support/git-origin.ts';
import { Newsstand, rss } from '../support/newsstand.ts';

// each step is a process of its own, which a busy machine takes its time to start
vi.setConfig({ testTimeout: 60_000 });

let stand: Newsstand;
let git: GitOrigin;
let source = '';
let shown = '';
let limits: { subrequests: number; postsPerCommit: number } = PLAN_LIMITS.free;

beforeEach(async () => {
  git = await GitOrigin.open();
  git.commit({ 'readme.md': 'Mine', 'source/_posts/mine.md': 'Mine too' });
  stand = await Newsstand.open({ 'news.example': () => ({ body: shown }) });
  source = await stand.follow('https://news.example/feed', { categories: ['a', '二'] });
  limits = PLAN_LIMITS.free;
});
afterEach(async () => {
  vi.restoreAllMocks();
  git.close();
  await stand.close();
});

/** The publisher shows a feed of these titles, and is polled. */
async function show(...titles: string[]): Promise<void> {
  shown = rss(titles);
  await stand.poll(source);
}

function targetAt(forge: 'github' | 'gitea', change: Partial<PublishTarget> = {}): PublishTarget {
  const repository = readRepositoryAddress(git.address(forge));
  if (repository === undefined) throw new Error('no address');
  const target = { repository, branch: 'main', token: 'a-token', folder: 'source/_posts', wanted: {} };
  return { ...target, proxyOrigin: 'https://tributary.example', ...change };
}

/** One run of cron and what it queues. Tells how many requests the forge got. */
async function publish(target: PublishTarget): Promise<number> {
  const before = git.seen.length;
  const publications = new PublicationStore(stand.db);
  const profiles = stand.sources;
  const queue = {
    send: () =>
      publishPosts(target, { fetch, userAgent: 'Tributary', publications, profiles, limits, now: stand.now }),
  };
  await askToPublish(target, { publications, profiles, queue, now: stand.now });
  return git.seen.length - before;
}

/** Posts in a clone, by the title in their name. */
function published(): Record<string, string> {
  const files = Object.entries(git.clone());
  return Object.fromEntries(
    files.flatMap(([file, text]) => {
      const title = /^source\/_posts\/a\/二\/(.*)-[0-9a-f]{8}\.md$/.exec(file)?.[1];
      return title === undefined ? [] : [[title, text]];
    }),
  );
}

describe.each(['github', 'gitea'] as const)('posts are published to %s', (forge) => {
  it('in one commit beside the owner’s files, and nothing is asked or written without news', async () => {
    await show('one', 'two', 'three');
    await publish(targetAt(forge));
    expect(git.log).toEqual(['Posts: 3 added', 'by hand']);
    expect(Object.keys(published()).sort()).toEqual(['one', 'three', 'two']);
    expect(published().one).toContain('title: "one"\n');
    expect(git.clone()).toMatchObject({ 'readme.md': 'Mine', 'source/_posts/mine.md': 'Mine too' });
    expect(await publish(targetAt(forge))).toBe(0);
    await show('one', 'two', 'three');
    expect(await publish(targetAt(forge))).toBe(0);
    expect(git.log).toHaveLength(2);
  });

  it('only where they differ, under the name they had first', async () => {
    await show('one', 'two');
    await publish(targetAt(forge));
    shown = rss(['one', 'two', 'new']).replace('<title>one<', '<title>One, corrected<');
    await stand.poll(source);
    git.seen.length = 0;
    await publish(targetAt(forge));
    expect(git.log[0]).toBe('Posts: 1 added, 1 updated');
    expect(published()).toMatchObject({ one: expect.stringContaining('title: "One, corrected"') });
    const { body } = git.seen.find(({ method }) => method === 'POST') ?? {};
    expect(body.tree ?? body.files).toHaveLength(2);
  });

  it('as far as the plan goes, the rest with the next runs', async () => {
    limits = { subrequests: 50, postsPerCommit: 2 };
    await show('one', 'two', 'three');
    const requests = await publish(targetAt(forge));
    expect(Object.keys(published())).toHaveLength(2);
    expect(requests).toBeLessThanOrEqual(42);
    await publish(targetAt(forge));
    expect(Object.keys(published())).toHaveLength(3);
    expect(git.log).toEqual(['Posts: 1 added', 'Posts: 2 added', 'by hand']);
    expect(await publish(targetAt(forge))).toBe(0);
  });

  it('again when another commit came in between', async () => {
    await show('one');
    let rivals = 1;
    git.before = ({ method, path }) => {
      const isLast = forge === 'github' ? method === 'PATCH' : path === '/contents';
      if (!isLast || rivals-- <= 0) return undefined;
      git.commit({ 'readme.md': 'Changed meanwhile' });
      // Gitea commits upon it; it refuses only a change of the same file
      return forge === 'gitea' ? { status: 409, json: { message: 'branch has moved' } } : undefined;
    };
    await publish(targetAt(forge));
    expect(git.log).toEqual(['Posts: 1 added', 'by hand', 'by hand']);
    expect(git.clone()['readme.md']).toBe('Changed meanwhile');
    expect(Object.keys(published())).toEqual(['one']);
  });

  it('but not over what the owner changed or took out', async () => {
    const warn = vi.spyOn(console, 'warn').mockReturnValue();
    await show('one', 'two');
    await publish(targetAt(forge));
    const files = Object.keys(git.clone());
    const [one = '', two = ''] = ['one', 'two'].map(
      (title) => files.find((file) => file.includes(title)) ?? '',
    );
    git.commit({ [one]: 'By hand', [two]: null });
    shown = rss(['one', 'two']).replaceAll('</title>', ', corrected</title>');
    await stand.poll(source);
    await publish(targetAt(forge));
    expect(published()).toEqual({ one: 'By hand' });
    expect(warn).toHaveBeenCalledWith(`left alone, because it is not as it was published: ${one}`);
    expect(await publish(targetAt(forge))).toBe(0);
  });

  it('into the files that `npm run posts` wrote or adopted, which keep their names, dates and bytes', async () => {
    const warn = vi.spyOn(console, 'warn').mockReturnValue();
    await show('one', 'two', 'three', 'four');
    const { results } = await stand.db
      .prepare('SELECT id, title, content_hash FROM articles')
      .all<{ id: string; title: string; content_hash: string }>();
    const rowOf = (title: string) =>
      results.find((row) => row.title === title) ?? { id: '', content_hash: '' };
    const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
    const listed = {
      [rowOf('one').id]: {
        path: 'Old one.md',
        version: '',
        sha256: sha256('Old one'),
        adopted: { contentHash: rowOf('one').content_hash, kept: { date: '2020-01-02 03:04:05', slug: 'x' } },
      },
      [rowOf('two').id]: { path: 'two.md', version: '1', sha256: sha256('Written before') },
      [rowOf('three').id]: { path: 'three.md', version: '1', sha256: sha256('Written before') },
    };
    git.commit({
      'source/_posts/.tributary-posts.json': JSON.stringify({ posts: listed }),
      'source/_posts/Old one.md': 'Old one',
      'source/_posts/two.md': 'Written before',
      'source/_posts/three.md': 'Written before, and changed',
    });
    await publish(targetAt(forge));
    expect(git.log[0]).toBe('Posts: 1 added, 1 updated');
    const files = git.clone();
    expect(files['source/_posts/Old one.md']).toBe('Old one');
    expect(files['source/_posts/two.md']).toContain('title: "two"');
    expect(files['source/_posts/three.md']).toBe('Written before, and changed');
    expect(Object.keys(published())).toEqual(['four']);
    expect(warn).toHaveBeenCalledTimes(1);

    await stand.follow('https://news.example/feed', { categories: ['a', '二'], title: 'Another name' });
    await publish(targetAt(forge));
    expect(git.clone()['source/_posts/Old one.md']).toBe('Old one');
    shown = rss(['one', 'two', 'three', 'four']).replace('<title>one<', '<title>One, corrected<');
    await stand.poll(source);
    await publish(targetAt(forge));
    const one = git.clone()['source/_posts/Old one.md'];
    expect(one).toContain('title: "One, corrected"\n');
    expect(one).toContain('\ndate: 2020-01-02 03:04:05\n');
    expect(one).toContain('\nslug: x\n---\n');
    await show('one', 'two', 'three', 'four');
    await publish(targetAt(forge));
    expect(git.clone()['source/_posts/Old one.md']).toContain('title: "one"\n');

    git.commit({ 'source/_posts/Old one.md': 'By hand' });
    await stand.follow('https://news.example/feed', { categories: ['a', '二'], title: 'A third name' });
    await publish(targetAt(forge));
    expect(git.clone()['source/_posts/Old one.md']).toBe('By hand');
  });

  it('once, though the run was killed before it could write down that it had committed', async () => {
    await show('one');
    const publications = new PublicationStore(stand.db);
    const killed = Object.assign(publications, { settle: () => Promise.reject(new Error('killed')) });
    await publications.aim({ repository: '', branch: '', folder: '', writing: '' });
    const tools = { fetch, userAgent: 'Tributary', profiles: stand.sources, limits, now: stand.now };
    await expect(publishPosts(targetAt(forge), { ...tools, publications: killed })).rejects.toThrow('killed');
    expect(git.log).toHaveLength(2);
    await publish(targetAt(forge));
    expect(git.log).toHaveLength(2);
    expect(await publish(targetAt(forge))).toBe(0);
  });

  it('and when that fails, it is told and tried again later, the more so the more often', async () => {
    const error = vi.spyOn(console, 'error').mockReturnValue();
    await show('one');
    git.before = () => ({ status: 503, json: { message: 'Out of order' } });
    await publish(targetAt(forge));
    expect(error.mock.calls[0]?.[0]).toMatch(
      /^posts could not be published: GET http.* answered 503 Out of order$/,
    );
    expect(await publish(targetAt(forge))).toBe(0);
    stand.now += 5 * 60_000;
    expect(await publish(targetAt(forge))).toBe(1);
    stand.now += 5 * 60_000;
    expect(await publish(targetAt(forge))).toBe(0);
    stand.now += 5 * 60_000;
    git.before = () => undefined;
    await publish(targetAt(forge));
    expect(Object.keys(published())).toEqual(['one']);
  });
});

describe('publishing', () => {
  it('waits as long as the forge asks', async () => {
    vi.spyOn(console, 'error').mockReturnValue();
    await show('one');
    git.before = () => ({ status: 403, headers: { 'Retry-After': '1200' }, json: { message: 'rate limit' } });
    await publish(targetAt('github'));
    stand.now += 1199_000;
    expect(await publish(targetAt('github'))).toBe(0);
    stand.now += 1000;
    expect(await publish(targetAt('github'))).toBe(1);
  });

  it.each([
    [{ token: 'wrong' }, 'answered 401 Bad credentials'],
    [{ branch: 'none' }, '/git/ref/heads/none answered 404 Not Found'],
    [{ wanted: { profile: 'word' } }, 'GIT_POSTS: profile is one of'],
  ])('says what is wrong: %j', async (change, message) => {
    const error = vi.spyOn(console, 'error').mockReturnValue();
    await show('one');
    await publish(targetAt('github', change));
    expect(error.mock.calls[0]?.[0]).toContain(message);
  });

  it('does nothing while the manifest in the folder is damaged', async () => {
    const error = vi.spyOn(console, 'error').mockReturnValue();
    await show('one');
    git.commit({ 'source/_posts/.tributary-posts.json': '{"posts":{"a":{"path":"../b"}}}' });
    await publish(targetAt('github'));
    expect(error.mock.calls[0]?.[0]).toContain('.tributary-posts.json is damaged');
    expect(git.log[0]).toBe('by hand');
  });

  it('writes all posts again when they are wanted otherwise, and into another folder when that is', async () => {
    await show('one');
    await publish(targetAt('github'));
    await publish(targetAt('github', { wanted: { theme: 'next', profile: 'hexo', images: 'origin' } }));
    expect(git.log).toHaveLength(2);
    await publish(targetAt('github', { wanted: { profile: 'hugo' } }));
    expect(git.log[0]).toBe('Posts: 1 updated');
    expect(published().one).toContain('canonicalURL:');
    await publish(targetAt('github', { folder: 'content', wanted: { profile: 'hugo' } }));
    expect(git.log[0]).toBe('Posts: 1 added');
  });

  it('brings what a change of the source changes', async () => {
    await show('one');
    await publish(targetAt('github'));
    await stand.follow('https://news.example/feed', { categories: ['a', '二'], title: 'Another name' });
    await publish(targetAt('github'));
    expect(published().one).toContain('source: "Another name"');
  });

  it('leaves open what changes while it is published', async () => {
    await show('one');
    git.before = ({ method }) => {
      if (method === 'PATCH') void stand.db.prepare('UPDATE git_posts SET change = change + 1').run();
      return undefined;
    };
    await publish(targetAt('github'));
    git.before = () => undefined;
    expect(await publish(targetAt('github'))).toBeGreaterThan(0);
    expect(git.log).toHaveLength(2);
    expect(await publish(targetAt('github'))).toBe(0);
  });

  it('costs nothing where no repository is set', async () => {
    await show('one');
    expect(await stand.db.prepare('SELECT count(*) AS n FROM git_posts').first('n')).toBe(0);
  });
});
