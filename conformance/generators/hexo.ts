import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { CheerioAPI } from 'cheerio';
import {
  type BuiltSite,
  type Generator,
  linkPackages,
  packagesWith,
  readPages,
  runGenerator,
  type SamplePost,
  SITE_ZONE,
  writeFiles,
  writePosts,
} from './site.ts';

/** A plugin of the site that tells what Hexo made of each post's front matter; themes show dates by the same helper. */
const TELL_FACTS = `const showDate = hexo.extend.helper.get('date');
hexo.extend.generator.register('facts', ({ posts }) => ({
  path: 'facts.json',
  data: JSON.stringify(posts.map((post) => ({
    source: post.source,
    path: post.path,
    date: showDate.call({ config: hexo.config, page: {} }, post.date, 'YYYY-MM-DD HH:mm:ss'),
    categories: post.categories.map((category) => category.name),
  }))),
}));`;

/** What a theme does to every body of its blog, which is the blog's business. */
const OWN_CHANGES: Readonly<Record<string, ($: CheerioAPI) => void>> = {
  fluid($) {
    $('img').removeAttr('lazyload').removeAttr('srcset');
    $('code.hljs').removeAttr('class');
    $('colgroup').remove();
    $('h1, h2, h3, h4, h5, h6').removeAttr('id');
  },
  volantis($) {
    $('img').removeClass('lazyload').removeAttr('srcset').removeAttr('data-srcset');
    $('img[class=""]').removeAttr('class');
  },
  stellar($) {
    for (const img of $('img.lazy')) {
      const { 'data-src': src } = $(img).attr() ?? {};
      $(img)
        .removeAttr('class')
        .attr('src', src ?? null)
        .removeAttr('data-src');
    }
    for (const scroll of $('.md-table-scroll')) $(scroll).replaceWith($(scroll).contents());
  },
};

/** Hexo with one of its themes, from the packages in `GENERATORS`. */
export function hexo(theme: string): Generator {
  return {
    name: `Hexo with ${theme}`,
    options: { profile: 'hexo', theme },
    build: (site, posts) => build(theme, site, posts),
    undo($) {
      // links that leave the site are marked by Hexo itself
      $('a').removeAttr('target').removeAttr('rel');
      OWN_CHANGES[theme]?.($);
    },
  };
}

function build(theme: string, site: string, posts: readonly SamplePost[]): BuiltSite | string {
  const packages = packagesWith('hexo');
  if (packages === undefined) return 'GENERATORS names no folder with Hexo';
  if (packagesWith(`hexo-theme-${theme}`) === undefined) return `GENERATORS has no hexo-theme-${theme}`;
  linkPackages(site, packages);
  const { dependencies } = JSON.parse(readFileSync(path.join(packages, '../package.json'), 'utf8'));
  const { version } = JSON.parse(readFileSync(path.join(packages, 'hexo/package.json'), 'utf8'));
  writeFiles(site, {
    'package.json': JSON.stringify({ name: 'site', private: true, hexo: { version }, dependencies }),
    '_config.yml': `title: T\ndescription: D\nurl: https://blog.example.org\ntimezone: ${SITE_ZONE}\ntheme: ${theme}\nper_page: 50\n`,
    [`_config.${theme}.yml`]: '{}\n',
    'scripts/facts.js': TELL_FACTS,
  });
  writePosts(path.join(site, 'source/_posts'), posts);
  const log = runGenerator(site, process.execPath, ['node_modules/hexo/bin/hexo', 'generate']);
  const pages = readPages(path.join(site, 'public'));
  const facts: { source: string; path: string; date: string; categories: string[] }[] = JSON.parse(
    pages.size === 0 ? '[]' : readFileSync(path.join(site, 'public/facts.json'), 'utf8'),
  );
  const built: BuiltSite = { posts: new Map(), log, lists: '' };
  for (const post of facts) {
    const page = `${post.path}index.html`;
    built.posts.set(post.source.replace('_posts/', ''), { ...post, html: pages.get(page) ?? '' });
    pages.delete(page);
  }
  built.lists = [...pages].flatMap(([name, html]) => (/^(?:index|page)/.test(name) ? html : [])).join('\n');
  return built;
}
