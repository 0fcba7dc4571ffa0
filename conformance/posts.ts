/**
 * The posts of a blog that ran for years, made again from the feeds behind them: each key of their front matter, the
 * DOM of their bodies, and the addresses at which they showed proxied pictures. What the old program got wrong is known,
 * and told apart: stand-ins for pictures, dates that were none, titles that lost characters, pictures of the second kind
 * in an article that it did not proxy, markup that the cleaner takes away on purpose.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { load } from 'cheerio';
import { parse as parseYaml } from 'yaml';
import { type Article, proxiedPicture } from '../src/article.ts';
import { articlesFromFeed } from '../src/normalise/articles-from-feed.ts';
import { ELEMENTS } from '../src/normalise/body/policy.ts';
import { absoluteUrl, withoutTracking } from '../src/normalise/links.ts';
import { bytesToText } from '../src/parse/bytes-to-text.ts';
import { parseFeed } from '../src/parse/feed.ts';
import { toPost } from '../src/posts/post.ts';
import { readPostOptions } from '../src/posts/post-options.ts';
import { type ExpectedItem, pathOf, postsOf, readExpected } from './blog.ts';
import type { ConformanceResult } from './result.ts';

const OLD_PROXY = 'https://cors.zfour.workers.dev';
/** The old program's pictures for articles without one: another in each run. */
const STAND_IN = /picsum\.photos/;
/** Keys whose values are addresses of pictures. */
const PICTURE_KEYS = ['headimg', 'thumbnail'];

export async function run(data: string): Promise<ConformanceResult> {
  const result: ConformanceResult = { name: 'posts', passed: 0, failed: 0, lines: [] };
  const folder = path.join(data, 'feeds');
  if (!existsSync(folder)) return { ...result, lines: [`skipped: ${folder} is not there`] };
  const counts = { posts: 0, keys: 0, proxied: 0 };
  for (const item of readExpected(folder)) {
    const old = readPost(readFileSync(path.join(data, 'posts', item.file), 'utf8'));
    const article = articleOf(item, folder);
    const ours = article && readPost(writePost(article));
    const problems = ours ? comparePosts(ours, old, article, counts) : ['there is no article'];
    counts.posts++;
    if (problems.length === 0) result.passed++;
    else result.failed++;
    result.lines.push(...problems.map((problem) => `${item.file}: ${problem}`));
  }
  const seed = path.join(data, 'seed-post.md');
  const isSeed = ({ file }: ExpectedItem) => isSamePost(path.join(data, 'posts', file), seed);
  const isGiven = existsSync(seed) && readExpected(folder).some(isSeed);
  if (isGiven) result.passed++;
  else result.lines.push('skipped: the seed’s post is not among the posts');
  result.lines.unshift(
    `made ${counts.posts} posts again: ${counts.keys} keys, bodies with the same DOM, ${counts.proxied} proxied pictures at the same addresses`,
  );
  return result;
}

interface ReadPost {
  front: Record<string, unknown>;
  body: string;
}

function comparePosts(
  ours: ReadPost,
  old: ReadPost,
  article: Article,
  counts: { keys: number; proxied: number },
): string[] {
  const problems: string[] = [];
  const check = (what: string, one: unknown, other: unknown) => {
    const [a, b] = [JSON.stringify(one), JSON.stringify(other)];
    if (a !== b) problems.push(`${what}: ${difference(a, b)}`);
  };
  for (const [key, value] of Object.entries(old.front)) {
    counts.keys++;
    if (PICTURE_KEYS.includes(key)) {
      const isStandIn = STAND_IN.test(String(value));
      if (isStandIn) check(key, ours.front[key], undefined);
      else check(key, ours.front[key], proxied(String(value)));
    } else if (key === 'date') {
      const time = / GMT$/.test(String(value)) ? Date.parse(String(value)) : article.published;
      check(key, Date.parse(String(ours.front[key])), Number.isNaN(time) ? article.published : time);
    } else if (key === 'title') check(key, lettersOf(ours.front[key]), lettersOf(value));
    else check(key, ours.front[key], value);
  }
  check('body', outline(ours.body, article.link), outline(old.body, article.link));
  const shown = new Set(ours.body.match(/https:\/\/cors\.zfour[^"\s]*/g));
  for (const [, address = ''] of old.body.matchAll(/src="(https:\/\/cors\.zfour[^"]*)"/g)) {
    counts.proxied++;
    if (!shown.has(address)) problems.push(`${address} is not shown`);
  }
  return problems;
}

/** The old program put `_` for what file names may not have. */
function lettersOf(title: unknown): string {
  return String(title).replace(/[^\p{L}\p{N}]+/gu, '');
}

/** The old program proxied pictures by http alone. */
function proxied(url: string): string {
  return url.startsWith(OLD_PROXY) ? url : proxiedPicture(url, OLD_PROXY);
}

/** Where two texts part. */
function difference(ours = '', theirs = ''): string {
  let at = 0;
  while (at < ours.length && ours[at] === theirs[at]) at++;
  const around = (text: string) => text.slice(Math.max(0, at - 80), at + 120);
  return `${around(ours)} is not ${around(theirs)}`;
}

/**
 * A body as the list of its elements, in order and with their depth, and its texts: those that the cleaner keeps, under
 * the names it gives them, links and pictures with their addresses. A body that is plain text is its text: the old
 * program showed its paragraphs as one.
 */
function outline(html: string, base: string | undefined): string[] {
  const lines: string[] = [];
  const visit = (node: Node, depth: number): void => {
    const { name = '', attribs = {}, data, children = [] } = node;
    if (node.type === 'text') addText(lines, data ?? '');
    const rule = ELEMENTS.get(name);
    if (rule?.kind === 'dropped' || RAW.has(name)) return;
    const line = rule && describe(rule.name, attribs, base);
    if (line !== undefined) lines.push(`${' '.repeat(depth)}<${line}>`);
    if (rule?.kind === 'frame') addText(lines, frameText(attribs));
    else for (const child of children) visit(child, line === undefined ? depth : depth + 1);
  };
  visit(load(html, null, false).root()[0] as unknown as Node, 0);
  if (!lines.every((line) => PLAIN.test(line))) return lines;
  return [lines.filter((line) => !line.trimStart().startsWith('<')).join(' ')];
}

/** A node of the tree that a browser makes. */
interface Node {
  type: string;
  name?: string;
  data?: string;
  attribs?: Record<string, string>;
  children?: Node[];
}

/** Elements whose content is no markup: the old program showed style sheets, broken. */
const RAW = new Set(['script', 'style']);

/** A text, the frame of a post, or what stands for the line breaks of a text. */
const PLAIN = /^(?:[^< ]| *<(?:div|p|br)>$)/;

function describe(name: string, attributes: Record<string, string>, base: string | undefined): string {
  const address = (url: string | undefined) => withoutTracking(absoluteUrl(url ?? '', base) ?? '');
  if (name === 'a') return `a ${address(attributes.href)}`;
  if (name === 'iframe' && !isPlayer(attributes)) return `a ${address(attributes.src)}`;
  if (name !== 'img') return name;
  const src = attributes['data-original'] ?? attributes['data-src'] ?? attributes.src ?? '';
  return `img ${src.replace(`${OLD_PROXY}/?`, '')}`;
}

/** A frame of a stranger is a link that is called as the frame was. */
function frameText(attributes: Record<string, string>): string {
  return isPlayer(attributes) ? '' : (attributes.title ?? '');
}

function isPlayer({ src = '' }: Record<string, string>): boolean {
  return /\/\/(?:[\w-]+\.)*youtube(?:-nocookie)?\.com\//.test(src);
}

function addText(lines: string[], text: string): void {
  const words = text.replace(/\s+/g, ' ').trim();
  if (words !== '') lines.push(words);
}

function articleOf(item: ExpectedItem, folder: string): Article | undefined {
  const file = readdirSync(folder).find(
    (name) => name.endsWith('.xml') && postsOf(name, folder).includes(item.file),
  );
  if (file === undefined) return undefined;
  const { text } = bytesToText(readFileSync(path.join(folder, file)));
  const parsed = parseFeed(text);
  if (parsed.kind === 'not-a-feed') return undefined;
  const source = { id: '0'.repeat(12), url: 'https://rsshub.example/feed', categories: pathOf(item) };
  const { articles } = articlesFromFeed(parsed, {
    source,
    feedUrl: source.url,
    identityMode: 'guid',
    now: Date.UTC(2026, 0, 1),
  });
  const number = item.file.slice(0, 3);
  return articles.find(({ article }) => new RegExp(`/${number}(?:\\?|$)`).test(article.link ?? ''))?.article;
}

function writePost(article: Article): string {
  const options = readPostOptions({});
  if (options.kind === 'wrong') throw new Error(options.message);
  const pictureUrl = (url: string) => proxiedPicture(url, OLD_PROXY);
  return toPost({ article, sourceTitle: '' }, { ...options.options, pictureUrl });
}

function readPost(text: string): ReadPost {
  const [, yaml = '', body = ''] = /^\s*---\n([\s\S]*?)\n---\n([\s\S]*)$/.exec(text) ?? [];
  try {
    return { front: parseYaml(yaml), body };
  } catch {
    // some of the oldest posts are no valid YAML
    return { front: {}, body };
  }
}

function isSamePost(one: string, other: string): boolean {
  return readFileSync(one, 'utf8').trim() === readFileSync(other, 'utf8').trim();
}
