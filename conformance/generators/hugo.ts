import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { type Generator, readSite, runGenerator, SITE_ZONE, writeFiles, writePosts } from './site.ts';

const SINGLE = `<html><head><title>{{ .Title }}</title><script type="application/json" id="facts">{{ dict
  "path" (strings.TrimPrefix "posts/" .File.Path)
  "date" (.Date.Format "2006-01-02 15:04:05")
  "categories" .Params.categories | jsonify | safeJS }}</script></head>
<body><img src="{{ index .Params.images 0 }}"><article>{{ .Content }}</article></body></html>`;

/** The Hugo in the PATH, with a layout of one line. */
export const hugo: Generator = {
  name: 'Hugo',
  options: { profile: 'hugo' },
  build(site, posts) {
    if (spawnSync('hugo', ['version']).status !== 0) return 'there is no hugo in the PATH';
    writeFiles(site, {
      'config.toml': `title = 'T'
baseURL = 'https://blog.example.org/'
timeZone = '${SITE_ZONE}'
disableKinds = ['home', 'section', 'taxonomy', 'term', 'RSS', 'sitemap', '404']
[markup.goldmark.renderer]
unsafe = true
`,
      'layouts/_default/single.html': SINGLE,
    });
    writePosts(path.join(site, 'content/posts'), posts);
    return readSite(path.join(site, 'public'), runGenerator(site, 'hugo', ['--quiet']));
  },
};
