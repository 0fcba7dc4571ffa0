import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type Article, IMAGE_MARK } from '../../src/article.ts';
import { withFrontMatter } from '../../src/posts/kept-front-matter.ts';
import { toPost as writePost } from '../../src/posts/post.ts';
import { readPostOptions } from '../../src/posts/post-options.ts';
import { isInnerPath, postPath } from '../../src/posts/post-path.ts';
import { readPostSelection } from '../../src/posts/post-selection.ts';

const PICTURE = 'https://tributary.example/?http://static.example/a.jpeg';

const ARTICLE: Article = {
  id: '0123456789abcdef0123456789abcdef',
  sourceId: 'abc',
  title: '西安举办国家网络安全宣传周活动',
  link: 'https://news.example/1',
  categories: ['新媒体', '趣头条', '分类'],
  tags: [],
  author: '趣头条',
  authors: [],
  published: Date.UTC(2021, 9, 18, 6, 56, 51),
  publishedInferred: false,
  headImage: 'http://static.example/a.jpeg',
  thumbnail: 'http://static.example/a.jpeg',
  enclosures: [],
  contentHtml: `<p>10月18日讯</p><p><img src="${IMAGE_MARK}http://static.example/a.jpeg"></p>`,
};

function optionsOf(given: Record<string, string>) {
  const result = readPostOptions(given);
  if (result.kind === 'wrong') throw new Error(result.message);
  return result.options;
}

function toPost(article: Article, given: Record<string, string> = {}): string {
  const pictureUrl = (url: string) => `https://tributary.example/?${url}`;
  return writePost({ article, sourceTitle: '趣头条分类' }, { ...optionsOf(given), pictureUrl });
}

function postOf(
  change: Partial<Article> = {},
  given: Record<string, string> = {},
): {
  text: string;
  front: Record<string, unknown>;
  body: string;
} {
  const text = toPost({ ...ARTICLE, ...change }, given);
  const [, yaml = '', body = ''] = /^---\n([\s\S]*?\n)---\n\n([\s\S]*)\n$/.exec(text) ?? [];
  return { text, front: parse(yaml), body };
}

describe('a post', () => {
  it('has the front matter of a Hexo blog and a body with proxied pictures', () => {
    const { front, body } = postOf();
    expect(front).toEqual({
      title: '西安举办国家网络安全宣传周活动',
      categories: ['新媒体', '趣头条', '分类'],
      headimg: 'https://tributary.example/?http://static.example/a.jpeg',
      author: '趣头条',
      comments: false,
      date: 'Mon, 18 Oct 2021 06:56:51 GMT',
      updated: 'Mon, 18 Oct 2021 06:56:51 GMT',
      thumbnail: 'https://tributary.example/?http://static.example/a.jpeg',
      link: 'https://news.example/1',
      source: '趣头条分类',
    });
    expect(body).toBe(
      '<div><p>10月18日讯</p><p><img src="https://tributary.example/?http://static.example/a.jpeg"></p></div>',
    );
  });

  it('has no picture rather than an invented one', () => {
    const { headImage, thumbnail, ...bare } = ARTICLE;
    const { front } = postOf({ headImage: undefined, thumbnail: undefined } as never);
    expect(front).not.toHaveProperty('headimg');
    expect(toPost(bare)).not.toContain('thumbnail');
  });

  it.each([
    `it's "quoted": yes`,
    'yes',
    '2021-10-18',
    '~',
    '- a # b',
    '@x & *y ! | % `',
    'back\\slash\ttab',
    '😀 emoji',
  ])('keeps the title %j through YAML', (title) => {
    expect(postOf({ title }).front.title).toBe(title);
  });

  it('leaves no title that a theme could take for markup or an attribute', () => {
    expect(postOf({ title: '<b>{{ x }}</b>' }).front.title).toBe('＜b＞｛｛ x ｝｝＜/b＞');
    expect(postOf({ title: '" onmouseover=alert(1) x="' }).front.title).toBe('" onmouseover＝alert(1) x＝"');
  });

  it('leaves no picture address that could end an attribute or a CSS url()', () => {
    const { front } = postOf({ headImage: `http://a.example/'")<{x}.jpg` });
    expect(front.headimg).toBe('https://tributary.example/?http://a.example/%27%22%29%3C%7Bx%7D.jpg');
  });

  it('has tags and categories that can be names of folders', () => {
    const long = '网络安全'.repeat(100);
    const { front } = postOf({ tags: ['#"', '..', '🀄', 'C++', long, 'C++'], categories: [long, 'b', 'b'] });
    const [, , cut] = front.tags as string[];
    expect(front.tags).toEqual(['🀄', 'C++', cut]);
    expect(Buffer.byteLength(cut ?? '')).toBeGreaterThan(200);
    expect(Buffer.byteLength(cut ?? '')).toBeLessThanOrEqual(230);
    expect(front.categories).toEqual([cut, 'b', 'b']);
  });

  it('has nothing that Fluid takes for a footnote', () => {
    expect(postOf({ contentHtml: '<p>a[^1]</p> [^1]: b' }).body).toBe(
      '<div><p>a[&#94;1]</p> [&#94;1]: b</div>',
    );
  });

  it('is one line that no Markdown or template engine reads', () => {
    const { body } = postOf({
      contentHtml: '<p>{{ a }}</p>\n\n    code?\n---\n<pre class="x">{% if %}\n\n  b\r\nc</pre>\n# d \uFFFC',
    });
    expect(body).toBe(
      '<div><p>&#123;&#123; a &#125;&#125;</p>      code? --- <pre class="x">&#123;% if %&#125;&#10;&#10;  b&#10;c</pre> # d </div>',
    );
  });
});

describe('a profile', () => {
  it.each([
    ['butterfly', 'cover', PICTURE],
    ['fluid', 'index_img', PICTURE],
    ['stellar', 'banner', PICTURE],
    ['next', 'photos', [PICTURE]],
    ['landscape', 'photos', [PICTURE]],
    ['volantis', 'headimg', PICTURE],
  ])('puts the picture where the theme %s looks for it', (theme, key, value) => {
    expect(postOf({}, { theme }).front[key]).toEqual(value);
  });

  it.each([
    ['hugo', 'robotsNoIndex', true, 'canonicalURL'],
    ['jekyll', 'robots', 'noindex, follow', 'canonical_url'],
    ['astro', 'noindex', true, 'canonicalURL'],
    ['eleventy', 'noindex', true, 'canonical'],
  ])(
    'names for %s the page that says the same first, and wishes not to be indexed',
    (profile, key, value, page) => {
      const { front } = postOf({}, { profile });
      expect(front[key]).toBe(value);
      expect(front[page]).toBe(ARTICLE.link);
    },
  );

  it('writes the wall clock of the site for Hexo, and times with an offset, unquoted, for the others', () => {
    const timezone = 'Asia/Shanghai';
    expect(postOf({}, { timezone }).front.date).toBe('2021-10-18 14:56:51');
    expect(postOf({}, { timezone, profile: 'hugo' }).text).toContain('\ndate: 2021-10-18T14:56:51+08:00\n');
    expect(postOf({}, { profile: 'astro' }).text).toContain('\npubDate: 2021-10-18T06:56:51Z\n');
  });

  it.each([
    [{ profile: 'word' }, 'profile is one of'],
    [{ profile: 'hugo', theme: 'next' }, 'themes are Hexo'],
    [{ theme: 'toString' }, 'theme is one of'],
    [{ timezone: 'Mars' }, 'timezone is a zone'],
    [{ images: 'x' }, 'images is one of'],
    [{ layout: 'x' }, 'layout is folders or flat'],
  ])('is refused with what to write instead: %j', (given, message) => {
    const result = readPostOptions(given as Record<string, string>);
    expect(result.kind === 'wrong' && result.message).toContain(message);
  });
});

describe('a profile of the owner', () => {
  const own = {
    blog: { like: 'hugo', keys: { name: 'title', when: 'published', draft: { value: false } } },
  } as const;

  it('has his keys in his order, with the dates and file names of the one it is like', () => {
    const result = readPostOptions({ profile: 'blog' }, own);
    if (result.kind === 'wrong') throw new Error(result.message);
    const text = writePost({ article: ARTICLE, sourceTitle: '' }, { ...result.options, pictureUrl: String });
    expect(text).toMatch(/^---\nname: "西安.*"\nwhen: 2021-10-18T06:56:51Z\ndraft: false\n---\n/);
  });

  it('is named where another is asked for, and takes no theme', () => {
    expect(readPostOptions({ profile: 'blag' }, own)).toMatchObject({
      message: 'profile is one of hexo, hugo, jekyll, astro, eleventy, blog, not "blag"',
    });
    expect(readPostOptions({ profile: 'blog', theme: 'next' }, own).kind).toBe('wrong');
  });
});

describe('front matter that is kept', () => {
  it('stands where the key is, or behind the others, and nothing else changes', () => {
    const text = toPost({ ...ARTICLE, title: '$& tags: x', tags: ['date: 1'] });
    const kept = withFrontMatter(text, { date: '2020-01-02 03:04:05', tags: '["$&"]', slug: 'x' });
    const [, yaml = ''] = /^---\n([\s\S]*?\n)---\n\n/.exec(kept) ?? [];
    const [, before = ''] = /^---\n([\s\S]*?\n)---\n\n/.exec(text) ?? [];
    expect(parse(yaml)).toEqual({ ...parse(before), date: '2020-01-02 03:04:05', tags: ['$&'], slug: 'x' });
    expect(Object.keys(parse(yaml))).toEqual([...Object.keys(parse(before)), 'slug']);
    expect(kept.slice(kept.indexOf('\n---\n\n'))).toBe(text.slice(text.indexOf('\n---\n\n')));
    expect(withFrontMatter(text, {})).toBe(text);
  });
});

describe('which posts are wanted', () => {
  it.each([
    [{}, {}],
    [{ since: '2026-01-31' }, { since: Date.UTC(2026, 0, 31) }],
    [{ since: '2026-01-31T08:00:00+08:00' }, { since: Date.UTC(2026, 0, 31) }],
    [{ category: '新媒体/趣头条/' }, { category: ['新媒体', '趣头条'] }],
    [{ category: 'a%2Fb/c' }, { category: ['a/b', 'c'] }],
  ])('is read from %j', (given, selection) => {
    expect(readPostSelection(given)).toEqual({ kind: 'selection', selection });
  });

  it.each([
    { since: 'yesterday' },
    { since: '2026-13-01' },
    { since: '2026-01-31T08:00:00' },
    { category: '/' },
    { category: '%' },
  ])('is refused: %j', (given) => {
    expect(readPostSelection(given).kind).toBe('wrong');
  });
});

describe('the file of a post', () => {
  const pathOf = (firstTitle: string, categories: string[] = [], given: Record<string, string> = {}) =>
    postPath({ ...ARTICLE, firstTitle, categories }, optionsOf(given));

  it('lies in the folders of its categories and ends in a piece of the id', () => {
    expect(pathOf('西安：安全?', ['新媒体', '../a', 'CON'])).toBe('新媒体/a/CON-1/西安-安全-01234567.md');
    expect(pathOf('a', ['b'], { layout: 'flat' })).toBe('a-01234567.md');
    expect(pathOf('a', [], { profile: 'jekyll' })).toBe('2021-10-18-a-01234567.md');
  });

  it.each(['', '...', '<>:"/\\|?*', '\u202e', '\u0301'])('needs nothing of the title %j', (title) => {
    expect(pathOf(title)).toBe('01234567.md');
  });

  it.each(['字', 'a', '👨‍👩‍👧', `e${'\u0301'.repeat(300)}`])(
    'has at most 120 graphemes and 255 bytes of %j',
    (text) => {
      const name = pathOf(text.repeat(500));
      expect([...new Intl.Segmenter().segment(name)].length).toBeLessThanOrEqual(120);
      expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255);
    },
  );
});

describe('a path of a post', () => {
  it.each(['a.md', 'a/b/c.md', '新媒体/a b.md', '..a/b...md'])('%j stays inside its folder', (path) => {
    expect(isInnerPath(path)).toBe(true);
  });

  it.each([
    '',
    '/a.md',
    'a//b.md',
    'a/',
    '.',
    './a.md',
    '..',
    '../a.md',
    'a/../b.md',
    'a/..',
    'a\\b.md',
    'C:a.md',
    'a\n.md',
  ])('%j does not', (path) => {
    expect(isInnerPath(path)).toBe(false);
  });
});
