import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { type Generator, readSite, runGenerator, SITE_ZONE, writeFiles, writePosts } from './site.ts';

const POST = `<html><head><title>{{ page.title | escape }}</title><script type="application/json" id="facts">{
"path": {{ page.path | remove_first: "_posts/" | jsonify }},
"date": {{ page.date | date: "%Y-%m-%d %H:%M:%S" | jsonify }},
"categories": {{ page.categories | jsonify }} }</script></head>
<body><img src="{{ page.image }}"><article>{{ content }}</article></body></html>`;

/** The Jekyll in the PATH, with a layout of one line. */
export const jekyll: Generator = {
  name: 'Jekyll',
  options: { profile: 'jekyll' },
  build(site, posts) {
    if (spawnSync('jekyll', ['--version']).status !== 0) return 'there is no jekyll in the PATH';
    writeFiles(site, {
      '_config.yml': `title: T\nurl: https://blog.example.org\ntimezone: ${SITE_ZONE}\n`,
      '_layouts/post.html': POST,
    });
    writePosts(path.join(site, '_posts'), posts);
    const log = runGenerator(site, 'jekyll', ['build', '--quiet', '--disable-disk-cache']);
    return readSite(path.join(site, '_site'), log);
  },
};
