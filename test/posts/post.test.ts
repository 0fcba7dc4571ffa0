import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type Article, IMAGE_MARK } from '../../src/article.ts';
import { toPost } from '../../src/posts/post.ts';

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

function postOf(change: Partial<Article> = {}): {
  text: string;
  front: Record<string, unknown>;
  body: string;
} {
  const text = toPost({ ...ARTICLE, ...change }, { proxyOrigin: 'https://tributary.example' });
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
      thumbnail: 'https://tributary.example/?http://static.example/a.jpeg',
      link: 'https://news.example/1',
    });
    expect(body).toBe(
      '<div><p>10月18日讯</p><p><img src="https://tributary.example/?http://static.example/a.jpeg"></p></div>',
    );
  });

  it('has no picture rather than an invented one', () => {
    const { headImage, thumbnail, ...bare } = ARTICLE;
    const { front } = postOf({ headImage: undefined, thumbnail: undefined } as never);
    expect(front).not.toHaveProperty('headimg');
    expect(toPost(bare, { proxyOrigin: '' })).not.toContain('thumbnail');
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

  it('is one line that no Markdown or template engine reads', () => {
    const { body } = postOf({
      contentHtml: '<p>{{ a }}</p>\n\n    code?\n---\n<pre class="x">{% if %}\n\n  b\r\nc</pre>\n# d \uFFFC',
    });
    expect(body).toBe(
      '<div><p>&#123;&#123; a &#125;&#125;</p>      code? --- <pre class="x">&#123;% if %&#125;&#10;&#10;  b&#10;c</pre> # d </div>',
    );
  });
});
