/**
 * The real input: the feeds behind posts of a blog that ran for years, in three writings (`feeds`, `feeds/tsx-shape`,
 * `feeds/encodings`), served over HTTP, imported with the blog's categories, polled. Every item must be there with
 * title, categories, author, date and body, and the posts made of them carry the front matter of the blog's own.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { parse as parseYaml } from 'yaml';
import type { SourceEntry } from '../src/sources/source-list.ts';
import { readBody } from './read-body.ts';
import type { ConformanceResult } from './result.ts';
import { pollAll, startTributary, temporaryState } from './tributary.ts';

/** What is known of one item of the blog. */
interface ExpectedItem {
  file: string;
  title: string;
  category: string;
  source: string;
  section: string;
  pubDate: string | null;
}

interface JsonFeedItem {
  id: string;
  url: string;
  title: string;
  date_published: string;
  content_html: string;
  _source: { categories: string[] };
}

/** A blog's pictures of the day, for posts without one; and how the blog proxied pictures. */
const STAND_IN = /picsum\.photos/;
const OLD_PROXY = /^https:\/\/cors\.zfour\.workers\.dev\/\?/;
export async function run(data: string): Promise<ConformanceResult> {
  const result: ConformanceResult = { name: 'real input', passed: 0, failed: 0, lines: [] };
  const folder = path.join(data, 'feeds');
  if (!existsSync(folder)) return { ...result, lines: [`skipped: ${folder} is not there`] };
  const expected: ExpectedItem[] = JSON.parse(readFileSync(path.join(folder, 'expected.json'), 'utf8'));
  const files = serveableFeeds(folder);
  const server = createServer((request, response) => {
    const file = decodeURIComponent(request.url ?? '').slice(1);
    if (!files.includes(file)) return response.writeHead(404).end();
    return response
      .writeHead(200, { 'Content-Type': 'application/xml' })
      .end(readFileSync(path.join(folder, file)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { state, remove } = temporaryState();
  const tributary = await startTributary(state);
  try {
    const check = (what: string, problem: string | undefined) => {
      if (problem === undefined) result.passed++;
      else {
        result.failed++;
        result.lines.push(`${what}: ${problem}`);
      }
    };
    const entries = files.map(
      (file): SourceEntry => ({
        url: `${origin}/${encodeURIComponent(file)}`,
        categories: categoriesOf(file, folder, expected),
      }),
    );
    await tributary.api.import({ rsshub: [], sources: entries });
    const sources = await pollAll(tributary.api);
    let items = 0;
    let posts = 0;
    for (const source of sources) {
      const file = decodeURIComponent(new URL(source.url).pathname).slice(1);
      check(`${file}: is read`, source.failure?.detail);
      const feed = await (await fetch(`${tributary.origin}/sources/${source.id}/feed.json`)).json();
      const byNumber = new Map((feed.items as JsonFeedItem[]).map((item) => [numberOf(item), item]));
      for (const want of expected.filter(({ file: post }) => postsOf(file, folder).includes(post))) {
        const item = byNumber.get(want.file.slice(0, 3));
        check(`${file} ${want.file}: is there`, item === undefined ? 'missing' : undefined);
        if (item === undefined) continue;
        items++;
        const old = readOldPost(path.join(data, 'posts', want.file));
        for (const [field, problem] of compareItem(item, want, old.body))
          check(`${file} ${want.file} ${field}`, problem);
        if (old.front === undefined) continue;
        posts++;
        const id = item.id.slice('urn:uuid:'.length).replaceAll('-', '');
        const text = await (await fetch(`${tributary.origin}/posts/${id}.md`)).text();
        for (const [field, problem] of comparePost(text, old.front, tributary.origin)) {
          check(`post ${file} ${want.file} ${field}`, problem);
        }
      }
    }
    const all = await (await fetch(`${tributary.origin}/feed.json`)).json();
    check(
      'the merged feed',
      all.items.length === Math.min(100, items) ? undefined : `has ${all.items.length} items`,
    );
    const etag = (await fetch(`${tributary.origin}/feed.xml`)).headers.get('etag');
    await pollAll(tributary.api);
    const again = await fetch(`${tributary.origin}/feed.xml`, { headers: { 'If-None-Match': etag ?? '' } });
    check('a second poll', again.status === 304 ? undefined : 'changed the merged feed');
    result.lines.unshift(
      `compared ${sources.length} feeds, ${items} items (title, categories, author, date, text, pictures), ${posts} posts with the blog's front matter`,
    );
  } finally {
    await tributary.stop();
    server.close();
    remove();
  }
  return result;
}

/** The feeds of a folder and of the other writings of them below it, as paths in it. */
function serveableFeeds(folder: string): string[] {
  return ['.', 'tsx-shape', 'encodings'].flatMap((sub) =>
    readdirSync(path.join(folder, sub))
      .filter((name) => name.endsWith('.xml'))
      .map((name) => path.join(sub, name)),
  );
}

/** The posts a feed file reproduces; a writing in another encoding is named after the file it was made from. */
function postsOf(file: string, folder: string): string[] {
  const original = path.basename(file).replace(/\.[^.]+\.xml$/, '.xml');
  const lines = readFileSync(path.join(folder, 'index.tsv'), 'utf8').split('\n');
  const line = lines.find((each) => each.split('\t')[0] === original);
  return line?.split('\t')[4]?.trim().split(' ') ?? [];
}

function categoriesOf(file: string, folder: string, expected: readonly ExpectedItem[]): string[] {
  const [post] = postsOf(file, folder);
  const item = expected.find(({ file: each }) => each === post);
  return item === undefined
    ? []
    : [item.category, item.source, ...(item.section === '' ? [] : [item.section])];
}

function numberOf({ url }: JsonFeedItem): string {
  return /\/(\d{3})(?:\?|$)/.exec(url)?.[1] ?? url;
}

function compareItem(
  item: JsonFeedItem,
  want: ExpectedItem,
  oldBody: string,
): [string, string | undefined][] {
  const path = [want.category, want.source, ...(want.section === '' ? [] : [want.section])];
  const date = want.pubDate === null ? Number.NaN : Date.parse(want.pubDate);
  const [ours, theirs] = [readBody(item.content_html), readBody(oldBody)];
  return [
    ['title', differs(item.title, want.title)],
    ['categories', differs(item._source.categories.join('/'), path.join('/'))],
    ['date', Number.isNaN(date) ? undefined : differs(Date.parse(item.date_published), date)],
    ['text', differs(ours.text, theirs.text)],
    ['pictures', differs(ours.pictures.join(' '), theirs.pictures.join(' '))],
  ];
}

function comparePost(
  text: string,
  old: Record<string, unknown>,
  origin: string,
): [string, string | undefined][] {
  const front = parseYaml(/^---\n([\s\S]*?)\n---\n/.exec(text)?.[1] ?? '');
  const unproxied = (url: unknown) => String(url).replace(OLD_PROXY, '').replace(`${origin}/?`, '');
  const picture = (key: string): [string, string | undefined] => [
    key,
    STAND_IN.test(String(old[key]))
      ? differs(STAND_IN.test(String(front[key])), false)
      : old[key] === undefined
        ? undefined
        : differs(unproxied(front[key]), unproxied(old[key])),
  ];
  const date = Date.parse(String(old.date));
  return [
    ['title', differs(front.title, old.title)],
    ['categories', differs(front.categories.join('/'), (old.categories as string[]).join('/'))],
    ['author', differs(front.author, old.author)],
    ['comments', differs(front.comments, false)],
    // a date without a zone is the time of the old program's run, not the item's
    [
      'date',
      /GMT$/.test(String(old.date)) && !Number.isNaN(date)
        ? differs(Date.parse(front.date), date)
        : undefined,
    ],
    picture('headimg'),
    picture('thumbnail'),
  ];
}

function differs(ours: unknown, theirs: unknown): string | undefined {
  return ours === theirs
    ? undefined
    : `${JSON.stringify(ours)?.slice(0, 300)} is not ${JSON.stringify(theirs)?.slice(0, 300)}`;
}

function readOldPost(file: string): { front: Record<string, unknown> | undefined; body: string } {
  const [, yaml = '', body = ''] =
    /^\s*---\n([\s\S]*?)\n---\n([\s\S]*)$/.exec(readFileSync(file, 'utf8')) ?? [];
  try {
    return { front: parseYaml(yaml), body };
  } catch {
    // some of the oldest posts are no valid YAML
    return { front: undefined, body };
  }
}
