/**
 * Blogs built of 500 posts, hostile and real, by the real generators: Hexo with six themes, Astro and Eleventy from the
 * packages in `GENERATORS` (a folder with `node_modules`), Hugo and Jekyll from the PATH. None may complain, and each
 * post's page must have the stored body's DOM, the date of the site's zone to the second, the categories and the head
 * picture.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { load } from 'cheerio';
import { proxiedPicture } from '../src/article.ts';
import { inertText } from '../src/posts/inert.ts';
import { toZonedTime } from '../src/posts/zoned-time.ts';
import { astro } from './generators/astro.ts';
import { eleventy } from './generators/eleventy.ts';
import { hexo } from './generators/hexo.ts';
import { hugo } from './generators/hugo.ts';
import { jekyll } from './generators/jekyll.ts';
import { samplePosts, TRIBUTARY } from './generators/sample-posts.ts';
import { type BuiltSite, type Generator, type SamplePost, SITE_ZONE } from './generators/site.ts';
import type { ConformanceResult } from './result.ts';

const THEMES = ['landscape', 'volantis', 'butterfly', 'next', 'fluid', 'stellar'];
const GENERATORS: readonly Generator[] = [...THEMES.map(hexo), hugo, jekyll, eleventy, astro];
/** Failures of one generator that are printed. */
const SHOWN = 10;

export async function run(data: string): Promise<ConformanceResult> {
  const result: ConformanceResult = { name: 'generators', passed: 0, failed: 0, lines: [] };
  const only = process.env.GENERATOR;
  for (const generator of GENERATORS) {
    if (only && !generator.name.includes(only)) continue;
    const folder = mkdtempSync(path.join(tmpdir(), 'tributary-blog-'));
    try {
      const site = path.join(folder, 'site');
      mkdirSync(site);
      const posts = await samplePosts(data, generator);
      const built = generator.build(site, posts);
      if (typeof built === 'string') {
        result.lines.push(`${generator.name} skipped: ${built}`);
        continue;
      }
      const faults = [...complaints(built.log), ...posts.flatMap((post) => faultsOf(post, built, generator))];
      result.passed += posts.length;
      result.failed += faults.length;
      result.lines.push(`${generator.name}: ${posts.length} posts, ${faults.length} faults`);
      result.lines.push(...faults.slice(0, SHOWN).map((fault) => `  ${fault}`));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  return result;
}

function complaints(log: string): string[] {
  const lines = log.split('\n').filter((line) => !/^\s*INFO\b/.test(line));
  const isComplaint = (line: string) => /\b(?:warn|warning|error|fatal|deprecat\w*)\b/i.test(line);
  return lines.flatMap((line, i) => (isComplaint(line) ? lines.slice(i, i + 2).join(' ') : []));
}

function faultsOf(
  { path: name, article, text }: SamplePost,
  site: BuiltSite,
  generator: Generator,
): string[] {
  const page = site.posts.get(name);
  if (page === undefined) return [`${name} has no page`];
  const faults: string[] = [];
  const { day, time } = toZonedTime(article.published, SITE_ZONE);
  if (page.date !== `${day} ${time}`) faults.push(`${name}: ${page.date} instead of ${day} ${time}`);
  const categories = article.categories.map(inertText).join(' / ');
  if (page.categories.join(' / ') !== categories)
    faults.push(`${name}: ${page.categories} instead of ${categories}`);
  const $ = load(page.html);
  const wanted = load(text.slice(text.indexOf('\n---\n\n') + 6).trim(), null, false);
  for (const document of [$, wanted]) generator.undo?.(document);
  const body = wanted.html();
  const found = $('div').filter((_, div) => $.html(div) === body);
  if (found.length === 0) faults.push(`${name}: the body differs`);
  found.remove();
  if (article.headImage !== undefined) {
    const address = proxiedPicture(article.headImage, TRIBUTARY);
    if (!withoutEscapes($.html() + site.lists).includes(withoutEscapes(address)))
      faults.push(`${name}: the head picture is neither in its page nor in a list`);
  }
  return faults;
}

/** Generators write the same address with more or fewer escapes. */
function withoutEscapes(text: string): string {
  return text
    .replaceAll('&amp;', '&')
    .replace(/%([0-7][0-9A-F])/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
}
