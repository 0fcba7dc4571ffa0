import path from 'node:path';
import {
  type Generator,
  linkPackages,
  packagesWith,
  readSite,
  runGenerator,
  SITE_ZONE,
  writeFiles,
  writePosts,
} from './site.ts';

const POST = `<html><head><title>{{ title }}</title><script type="application/json" id="facts">{{
  facts(page, categories) | safe }}</script></head>
<body><img src="{{ image }}"><article>{{ content | safe }}</article></body></html>`;

const CONFIG = `export default function (eleventy) {
  const format = new Intl.DateTimeFormat('sv', { timeZone: '${SITE_ZONE}', dateStyle: 'short', timeStyle: 'medium' });
  eleventy.addGlobalData('layout', 'post.njk');
  eleventy.addNunjucksGlobal('facts', (page, categories) => JSON.stringify({
    path: page.inputPath.replace('./posts/', ''),
    date: format.format(page.date),
    categories,
  }).replaceAll('<', '\\\\u003c'));
}`;

/** Eleventy from the packages in `GENERATORS`, with a layout of one line. */
export const eleventy: Generator = {
  name: 'Eleventy',
  options: { profile: 'eleventy' },
  build(site, posts) {
    const packages = packagesWith('@11ty/eleventy');
    if (packages === undefined) return 'GENERATORS names no folder with Eleventy';
    linkPackages(site, packages);
    writeFiles(site, {
      'package.json': '{ "type": "module" }',
      'eleventy.config.js': CONFIG,
      'posts/_includes/post.njk': POST,
    });
    writePosts(path.join(site, 'posts'), posts);
    const command = ['node_modules/@11ty/eleventy/cmd.cjs', '--input=posts', '--output=public', '--quiet'];
    return readSite(path.join(site, 'public'), runGenerator(site, process.execPath, command));
  },
};
