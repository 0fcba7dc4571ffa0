import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { type Article, proxiedPicture } from '../../src/article.ts';
import { articlesFromFeed } from '../../src/normalise/articles-from-feed.ts';
import { readFeed } from '../../src/parse/read-feed.ts';
import { toPost } from '../../src/posts/post.ts';
import { readPostOptions } from '../../src/posts/post-options.ts';
import { postPath } from '../../src/posts/post-path.ts';
import { type Generator, type SamplePost, SITE_ZONE } from './site.ts';

const POSTS = 500;
const NOW = Date.UTC(2026, 10, 1, 12, 34, 56);
/** Where the pictures are proxied. */
export const TRIBUTARY = 'https://news.example.org';

/** Bodies whose text means something to Markdown, Nunjucks, Liquid, Hugo's shortcodes, MDX or Hexo itself. */
const MEANT_FOR_GENERATORS = [
  '<p>{{ x }} {% raw %} {% endraw %} {{{ {# c #} {%- if a -%}</p>',
  '<p>{{&lt; x &gt;}} {{% y %}} {{&lt;/* z */&gt;}}</p>',
  '<p>a</p>\n\n    four spaces\n\n\ttab\n\n# heading\n\n1. one\n\n---\n\n===',
  '---\ntitle: no front matter of ours\n---\n<p>a</p>',
  '<pre>\n```js\n{% x %}\n\n\n  two\n~~~\n</pre><pre><code>a\n\n\tb</code></pre>',
  '<p>```\n~~~\n`code` *a* _b_ **c** [d](e) ![f](g) https://example.org -- "q" ...</p>',
  '<p>\uFFFC &lt;!--swig\uFFFC0--&gt; &lt;!-- more --&gt;</p><!-- more --><p>b</p>',
  'text<br>: definition\n\n: x\n\n[^1]: note\n\n[toc] [[_TOC_]] [TOC]',
  '<table><tbody><tr><td>a | b</td></tr></tbody></table>\n\n| a |\n|---|\n',
  '<p>$$ a_b $$ \\( x \\) \\* &amp;copy; &#38;amp; 🀄 :smile: @name ~~a~~ ==b== ++c++</p>',
  '<p>import a from "b"; export default {a}; {/* c */} <b>{`d`}</b></p>',
  '<p>{:.class} {::options /} {% include a.html %} &lt;% e %&gt; &lt;?php f ?&gt; #{g} $ {h}</p>',
  `<p>${'&amp;lt;script&amp;gt; '.repeat(20)}</p><blockquote>\n> a\n\n> b</blockquote>`,
];

/**
 * Posts for a generator, each made by the way of the program from a feed's bytes: items of real feeds, and items whose
 * every field is hostile, a fragment of the corpus or a body that means something to a generator. As many as the data
 * at hand give, at most 500.
 */
export async function samplePosts(
  data: string,
  { options: given }: Pick<Generator, 'options'>,
): Promise<SamplePost[]> {
  const read = readPostOptions({ ...given, timezone: SITE_ZONE });
  if (read.kind === 'wrong') throw new Error(read.message);
  const { options } = read;
  const settings = { ...options, pictureUrl: (url: string) => proxiedPicture(url, TRIBUTARY) };
  const hostile = await hostileArticles(data);
  const articles = [...hostile, ...(await realArticles(data, POSTS - hostile.length))];
  return articles.map((article) => ({
    article,
    path: postPath({ ...article, firstTitle: article.title }, options),
    text: toPost({ article, sourceTitle: article.author }, settings),
  }));
}

async function hostileArticles(data: string): Promise<Article[]> {
  const fragments = [...MEANT_FOR_GENERATORS, ...readFragments(data)];
  const items = fragments.map((fragment, i) => ({
    id: String(i),
    url: `https://example.org/${i}?'"<>{}`,
    title: `${i} ${fragment}`,
    content_html: `${fragment}<p>${i}</p>`,
    image: `https://example.org/${i}.jpg?'")`,
    tags: [fragment, '#"\''],
    date_published: new Date(NOW - i * 3_600_000).toISOString(),
  }));
  const bytes = Buffer.from(
    JSON.stringify({ version: 'https://jsonfeed.org/version/1.1', title: 'T', items }),
  );
  return readArticles(bytes, ['{{ a }}', '<b>"c"</b>', "d's #"]);
}

/** Every seventh of the corpus. */
function readFragments(data: string): string[] {
  const file = path.join(data, 'xss-corpus.json.gz');
  if (!existsSync(file)) return [];
  const corpus: { html: string }[] = JSON.parse(gunzipSync(readFileSync(file)).toString());
  return corpus.filter((_, i) => i % 7 === 0).map(({ html }) => html);
}

async function realArticles(data: string, count: number): Promise<Article[]> {
  const articles: Article[] = [];
  for (const folder of ['feeds', 'real-feeds'].map((name) => path.join(data, name)).filter(existsSync)) {
    for (const name of readdirSync(folder).filter((file) => file.endsWith('.xml'))) {
      const bytes = readFileSync(path.join(folder, name));
      articles.push(
        ...(await readArticles(bytes, ['新媒体', name.replace('.xml', ''), '分类'])).slice(0, 20),
      );
      if (articles.length >= count) return articles.slice(0, count);
    }
  }
  return articles;
}

async function readArticles(bytes: Uint8Array, categories: readonly string[]): Promise<Article[]> {
  const feed = await readFeed(bytes, { url: 'https://example.org/feed' });
  if (feed.kind !== 'feed') return [];
  const source = { id: categories.join(), url: 'https://example.org/feed', categories };
  const read = { source, feedUrl: source.url, identityMode: 'guid', now: NOW } as const;
  return articlesFromFeed(feed, read).articles.map(({ article }) => article);
}
