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

/** The collection of Astro's blog starter, whose schema asks for a title, a description and a date. */
const COLLECTION = `import { glob } from 'astro/loaders';
import { defineCollection } from 'astro:content';
import { z } from 'astro/zod';
const posts = defineCollection({
  loader: glob({ base: './posts', pattern: '**/*.md' }),
  schema: z.object({
    title: z.string(),
    description: z.string(),
    pubDate: z.coerce.date(),
    updatedDate: z.coerce.date().optional(),
    categories: z.array(z.string()),
    image: z.string().optional(),
  }),
});
export const collections = { posts };`;

const PAGE = `---
import { getCollection, render } from 'astro:content';
export async function getStaticPaths() {
  const posts = await getCollection('posts');
  return posts.map((post) => ({ params: { slug: post.id }, props: post }));
}
const { data, filePath } = Astro.props;
const { Content } = await render(Astro.props);
const format = new Intl.DateTimeFormat('sv', { timeZone: '${SITE_ZONE}', dateStyle: 'short', timeStyle: 'medium' });
const facts = JSON.stringify({
  path: filePath.replace('posts/', ''),
  date: format.format(data.pubDate),
  categories: data.categories,
}).replaceAll('<', '\\\\u003c');
---
<html><head><title>{data.title}</title><script is:inline type="application/json" id="facts" set:html={facts} /></head>
<body><img src={data.image}><article><Content /></article></body></html>`;

/** Astro from the packages in `GENERATORS`, with a page of one line. */
export const astro: Generator = {
  name: 'Astro',
  options: { profile: 'astro' },
  build(site, posts) {
    const packages = packagesWith('astro');
    if (packages === undefined) return 'GENERATORS names no folder with Astro';
    linkPackages(site, packages);
    writeFiles(site, {
      'package.json': '{ "type": "module" }',
      'astro.config.mjs': 'export default {};',
      'src/content.config.mjs': COLLECTION,
      'src/pages/[...slug].astro': PAGE,
    });
    writePosts(path.join(site, 'posts'), posts);
    const log = runGenerator(site, process.execPath, [
      'node_modules/astro/bin/astro.mjs',
      'build',
      '--silent',
    ]);
    return readSite(path.join(site, 'dist'), log);
  },
};
