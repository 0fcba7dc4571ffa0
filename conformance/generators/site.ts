import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { CheerioAPI } from 'cheerio';
import type { Article } from '../../src/article.ts';

/** The zone that every site is set to; the machine is in UTC, as a CI job is. */
export const SITE_ZONE = 'Asia/Shanghai';

/** A post on its way into a generator. */
export interface SamplePost {
  article: Article;
  /** Below the folder of posts. */
  path: string;
  text: string;
}

/** What a generator made of a post. */
export interface BuiltPost {
  /** The post's page. */
  html: string;
  /** The date that the page shows, `2021-10-18 14:56:51` in the site's zone. */
  date: string;
  categories: readonly string[];
}

export interface BuiltSite {
  /** By the path of the post. */
  posts: Map<string, BuiltPost>;
  /** Everything the generator said. */
  log: string;
  /** The pages that list posts. */
  lists: string;
}

export interface Generator {
  name: string;
  /** The parameters that posts are asked for with. */
  options: { profile: string; theme?: string };
  /** Builds a site in this empty folder; a text says why the generator was not asked. */
  build(site: string, posts: readonly SamplePost[]): BuiltSite | string;
  /** Takes back what the generator does to every body, ours or not. */
  undo?: ($: CheerioAPI) => void;
}

/** Lays a site's files, by their paths. */
export function writeFiles(site: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(site, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}

export function writePosts(folder: string, posts: readonly SamplePost[]): void {
  writeFiles(folder, Object.fromEntries(posts.map((post) => [post.path, post.text])));
}

/** Runs a generator to its end and gives what it said; a failure is said too. */
export function runGenerator(site: string, command: string, args: readonly string[]): string {
  const { stdout, stderr, status, error } = spawnSync(command, args, {
    cwd: site,
    encoding: 'utf8',
    maxBuffer: 64_000_000,
    env: {
      ...process.env,
      PATH: `${path.join(site, 'node_modules/.bin')}:${process.env.PATH}`,
      TZ: 'UTC',
      NO_COLOR: '1',
      FORCE_COLOR: '0',
      ASTRO_TELEMETRY_DISABLED: '1',
    },
  });
  const end = status === 0 ? '' : `ERROR ${command} ended with ${error?.message ?? status}\n`;
  return `${stdout}${stderr}${end}`;
}

/** The folder of packages that `GENERATORS` names, when it has this one. */
export function packagesWith(name: string): string | undefined {
  const packages = path.resolve(process.env.GENERATORS ?? '', 'node_modules');
  return process.env.GENERATORS && existsSync(path.join(packages, name)) ? packages : undefined;
}

/** Gives a site those packages without copying them. */
export function linkPackages(site: string, packages: string): void {
  mkdirSync(path.join(site, 'node_modules'), { recursive: true });
  for (const name of readdirSync(packages))
    symlinkSync(path.join(packages, name), path.join(site, 'node_modules', name));
}

/** Every HTML page below a folder, by its path there. */
export function readPages(folder: string): Map<string, string> {
  const names = existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: 'utf8' }) : [];
  return new Map(
    names
      .filter((name) => name.endsWith('.html'))
      .map((name) => [name, readFileSync(path.join(folder, name), 'utf8')]),
  );
}

const FACTS = /<script type="application\/json" id="facts">(.*?)<\/script>/s;

/** Pages of a layout of ours, which says in a script of JSON which post it shows, and its date and categories. */
export function readSite(folder: string, log: string): BuiltSite {
  const site: BuiltSite = { posts: new Map(), log, lists: '' };
  for (const html of readPages(folder).values()) {
    const facts = FACTS.exec(html)?.[1];
    if (facts === undefined) continue;
    const { path: name, date, categories } = JSON.parse(facts);
    site.posts.set(name, { html, date, categories });
  }
  return site;
}
