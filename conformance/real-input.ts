/**
 * The real input: the feeds behind posts of a blog that ran for years, in three writings (`feeds`, `feeds/tsx-shape`,
 * `feeds/encodings`), served over HTTP, imported with the blog's categories, polled. Every item must be there with
 * title, categories, author, date and body, and the posts made of them carry the front matter of the blog's own.
 */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse as parseYaml } from 'yaml';
import type { SourceEntry } from '../src/sources/source-list.ts';
import {
  categoriesOf,
  type ExpectedItem,
  pathOf,
  postsOf,
  readExpected,
  serveableFeeds,
  serveFeeds,
} from './blog.ts';
import { readBody } from './read-body.ts';
import type { ConformanceResult } from './result.ts';
import { pollAll, startTributary, temporaryState } from './tributary.ts';

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
  const expected = readExpected(folder);
  const files = serveableFeeds(folder);
  const { origin, close } = await serveFeeds(folder, files);
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
    close();
    remove();
  }
  return result;
}

function numberOf({ url }: JsonFeedItem): string {
  return /\/(\d{3})(?:\?|$)/.exec(url)?.[1] ?? url;
}

function compareItem(
  item: JsonFeedItem,
  want: ExpectedItem,
  oldBody: string,
): [string, string | undefined][] {
  const date = want.pubDate === null ? Number.NaN : Date.parse(want.pubDate);
  const [ours, theirs] = [readBody(item.content_html), readBody(oldBody)];
  return [
    ['title', differs(item.title, want.title)],
    ['categories', differs(item._source.categories.join('/'), pathOf(want).join('/'))],
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
